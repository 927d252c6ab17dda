import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type MediaServer, startMediaServer } from "../index";
import { createLog } from "../log";

let server: MediaServer;
beforeEach(async () => {
  const log = createLog("error", () => undefined);
  server = await startMediaServer({ controlPort: 0, minPort: 41_320, maxPort: 41_329 }, log);
});
afterEach(() => server.close());

/** Asks for a WebSocket at this address, whatever it is. */
async function upgrade(address: string): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const headers = [
    "Host: x",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${"A".repeat(22)}==`,
  ];
  socket.write(`GET ${address} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  return socket;
}

test.each(["//", "/other", "http://", "*", "/kurento/x"])("there is no WebSocket at %s", async (address) => {
  expect(await text(await upgrade(address))).toBe("HTTP/1.1 404 Not Found\r\n\r\n");
});

test.each(["/kurento", "/kurento?x=1"])("there is one at %s", async (address) => {
  const socket = await upgrade(address);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 101 Switching Protocols/);
  socket.destroy();
});

test("who asks for another and is gone before the answer does no harm", async () => {
  for (let i = 0; i < 50; i++) (await upgrade("/other")).resetAndDestroy();
  expect(await (await fetch(`http://127.0.0.1:${server.port}/health`)).json()).toMatchObject({ status: "ok" });
});
