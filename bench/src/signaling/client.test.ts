import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { published } from "./client";

/** A server that welcomes everybody, and answers a request to publish with these frames, or hangs up when there are none. */
async function serverOf(...frames: readonly string[]): Promise<{ readonly port: number; close(): void }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === "authenticate") return socket.send('{"type":"authenticated","id":"a"}');
      if (frames.length === 0) return socket.terminate();
      for (const frame of frames) socket.send(frame);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

test("the stream's id is that of the answer to one's own request", async () => {
  const other = '{"type":"answer","id":"x","connectionId":"other","streamId":"not-this"}';
  const own = '{"type":"answer","id":"p","connectionId":"phone","streamId":"this"}';
  const server = await serverOf(other, own);
  await expect(published(server.port, "token", "v=0")).resolves.toBe("this");
  server.close();
});

test("who is refused hears why, and does not wait", async () => {
  const refusal = '{"type":"error","id":"p","code":"forbidden","message":"Olga may not publish: the role reporter is needed"}';
  const server = await serverOf(refusal);
  await expect(published(server.port, "token", "v=0")).rejects.toThrow(new Error(`The signaling server refused: ${refusal}`));
  server.close();
});

test("a connection that is closed ends the waiting for its frames", async () => {
  const server = await serverOf();
  await expect(published(server.port, "token", "v=0")).rejects.toThrow(new Error("A connection was closed with 1006"));
  server.close();
});
