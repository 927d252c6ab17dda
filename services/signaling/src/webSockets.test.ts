import { WebSocket } from "ws";
import { clientAddress, trustOf } from "./clientAddress";
import { connectClient, until, type TestClient } from "./testing/client";
import { closeAfterEach } from "./testing/closing";
import { origin, startSetup } from "./testing/setup";
import { webSocketTimes } from "./webSockets";

const closeAtEnd = closeAfterEach();

/** What the upgrade of one more socket is answered: 101, or the refusal. */
function upgradeFor(port: number, address: string): Promise<{ status: number; body: object | null }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { origin, "x-forwarded-for": address } });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => (socket.terminate(), resolve({ status: 101, body: null })));
    socket.once("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as object }));
    });
  });
}

test("twenty sockets that are not signed in exhaust an address, no other, until one signs in or closes", async () => {
  const setup = await startSetup(
    { trustedProxies: ["127.0.0.0/8"] },
    { webSocket: { ...webSocketTimes, heartbeatMs: 300_000, authenticateMs: 300_000 } },
  );
  closeAtEnd(() => setup.close());
  const { port } = setup.signaling;
  const open: TestClient[] = [];
  for (let count = 0; count < 20; count++) open.push(await connectClient(port, { origin, "x-forwarded-for": "203.0.113.9" }));
  const refusal = { status: 429, body: { code: "tooMany", message: "Too many connections from this address. Wait a moment" } };
  expect(await upgradeFor(port, "203.0.113.9")).toEqual(refusal);
  expect(await upgradeFor(port, "203.0.113.10")).toEqual({ status: 101, body: null });
  open[0]!.send({ type: "authenticate", id: "a", token: "token-olga" });
  await open[0]!.next("authenticated");
  open.push(await connectClient(port, { origin, "x-forwarded-for": "203.0.113.9" }));
  expect(await upgradeFor(port, "203.0.113.9")).toEqual(refusal);
  open[1]!.close();
  await until(async () => ((await upgradeFor(port, "203.0.113.9")).status === 101 ? null : "the place of the closed one is not free"));
});

test.each([
  ["203.0.113.9", undefined, "203.0.113.9"],
  ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["::ffff:10.1.2.3", "198.51.100.1, 203.0.113.10", "203.0.113.10"],
  ["10.1.2.3", "203.0.113.10, 10.1.9.9", "203.0.113.10"],
  ["10.1.2.3", undefined, "10.1.2.3"],
  ["10.2.0.1", "203.0.113.10", "10.2.0.1"],
])("from %s, forwarded for %s: %s", (remoteAddress, forwarded, address) => {
  const request = { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } } as unknown as Parameters<
    typeof clientAddress
  >[0];
  expect(clientAddress(request, trustOf(["10.1.0.0/16"]))).toBe(address);
});
