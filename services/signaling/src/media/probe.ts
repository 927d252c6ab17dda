import { WebSocket } from "ws";

export interface Probe {
  close(): void;
}

/**
 * Pings a media server on a socket of its own: a silent server is otherwise noticed only after more than a minute.
 * `onSilent` is called once, when no pong came within `timeoutMs` or the socket is lost; the probe is over then.
 */
export function startProbe(url: string, intervalMs: number, timeoutMs: number, onSilent: (reason: string) => void): Probe {
  const socket = new WebSocket(url);
  let id = 0;
  let deadline: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  let isOver = false;

  const end = (reason: string | null) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(deadline);
    clearTimeout(next);
    socket.on("error", () => undefined);
    socket.terminate();
    if (reason !== null) onSilent(reason);
  };
  const ping = () => {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: id++, method: "ping", params: { interval: 240_000 } }));
    expectAnswer();
  };
  const expectAnswer = () => {
    clearTimeout(deadline);
    deadline = setTimeout(() => end(`no answer within ${timeoutMs} ms`), timeoutMs);
  };
  expectAnswer();
  socket.on("open", ping);
  socket.on("message", () => {
    clearTimeout(deadline);
    next = setTimeout(ping, intervalMs);
  });
  socket.on("error", (error) => end(error.message));
  socket.on("close", () => end("the connection was closed"));
  return { close: () => end(null) };
}
