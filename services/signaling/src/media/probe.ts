import { connect } from "node:net";
import { WebSocket } from "ws";

export interface Probe {
  close(): void;
}

/** Milliseconds of a probe. */
export interface ProbeTimes {
  /** Between an answer and the next ping. */
  readonly intervalMs: number;
  /** Without an answer: is the server's host there at all? */
  readonly doubtMs: number;
  /** For a server that is busy, on a host that is there. */
  readonly timeoutMs: number;
}
/** What a site takes. A TCP connection is asked for again after a second (RFC 6298): one lost packet is no lost host. */
export const probeTimes: ProbeTimes = { intervalMs: 500, doubtMs: 500, timeoutMs: 3000 };
const connectMs = 1200;

/** How a probe ended: a server that can't be reached is gone, one that is silent may be busy. */
export type OnSilent = (reason: string, isUnreachable: boolean) => void;

/**
 * Pings a media server on a socket of its own: a silent server is otherwise noticed only after more than a minute. A pong that is late is no
 * proof: the server may be busy. Its host's kernel is not, and answers a connection at once, or nobody does.
 * `onSilent` is called once; the probe is over then.
 */
export function startProbe(url: string, { intervalMs, doubtMs, timeoutMs }: ProbeTimes, onSilent: OnSilent, reach = reachHost): Probe {
  const socket = new WebSocket(url);
  let id = 0;
  /** What is waited for; an answer ends it. */
  let rounds = 0;
  let doubt: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  let isOver = false;

  const end = (reason: string | null, isUnreachable = false) => {
    if (isOver) return;
    isOver = true;
    for (const timer of [doubt, deadline, next]) clearTimeout(timer);
    socket.on("error", () => undefined);
    socket.terminate();
    if (reason !== null) onSilent(reason, isUnreachable);
  };
  const ping = () => {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: id++, method: "ping", params: { interval: 240_000 } }));
    expectAnswer();
  };
  const expectAnswer = () => {
    const round = ++rounds;
    deadline = setTimeout(() => end(`no answer within ${timeoutMs} ms`), timeoutMs);
    doubt = setTimeout(() => void reach(url).catch(({ message }: Error) => round === rounds && end(message, true)), doubtMs);
  };
  const answered = () => {
    if (isOver) return;
    rounds++;
    // Of the next ping, too: a message that nobody asked for makes no second row of them.
    for (const timer of [doubt, deadline, next]) clearTimeout(timer);
    next = setTimeout(ping, intervalMs);
  };
  expectAnswer();
  socket.on("open", () => {
    clearTimeout(doubt);
    clearTimeout(deadline);
    ping();
  });
  socket.on("message", answered);
  socket.on("error", (error) => end(error.message));
  socket.on("close", () => end("the connection was closed"));
  return { close: () => end(null) };
}

/** Whether somebody answers there within `timeoutMs`. @throws why not */
export function reachHost(url: string, timeoutMs = connectMs): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 80) });
    const fail = (error: Error) => (socket.destroy(), reject(error));
    const late = new Error(`${hostname} did not answer a connection within ${timeoutMs} ms`);
    // A process that had no time meanwhile hears first what came.
    socket.setTimeout(timeoutMs, () => setImmediate(fail, late));
    socket.once("error", fail);
    socket.once("connect", () => (socket.destroy(), resolve()));
  });
}
