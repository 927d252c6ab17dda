import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WebSocket } from "ws";
import { offer, published, signedIn } from "./testing/actors";
import { until } from "./testing/client";
import { origin, startSetup, type Setup } from "./testing/setup";

// What a client, or somebody who is none, may send that is no message: the server goes on, and so does everybody else.
jest.setTimeout(120_000);

let setup: Setup;
beforeEach(async () => (setup = await startSetup()));
afterEach(() => setup.close());

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const good = (streamId: string): object[] => [
  { type: "authenticate", id: "1", token: "token-olga" },
  { type: "publish", id: "1", connectionId: "c", title: "Gate", offer, isRecorded: true },
  { type: "view", id: "1", connectionId: "c", streamId, offer },
  {
    type: "candidate",
    connectionId: "c",
    candidate: { candidate: "candidate:1 1 udp 1 10.0.0.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 },
  },
  { type: "candidate", connectionId: "phone", candidate: null },
  { type: "stop", id: "1", connectionId: "c" },
  { type: "watch", id: "1" },
  { type: "refreshIceServers", id: "1" },
  { type: "ping", id: "1" },
];
const odd: unknown[] = [
  ...[null, true, 0, -1, 1e308, "", " ", "x".repeat(65), "y".repeat(70_000), "\u0000", "\ud800", "𝕏".repeat(40), [], {}, [[[]]]],
  ...[{ toString: 1 }, "__proto__", "constructor", "../../x", "<script>", "v=0", "m=video 0 RTP 97\r\n", { candidate: {} }, ["a", 1]],
];

/** A frame that is broken in one of many ways: as JSON, as a message, or only in what it speaks of. */
function broken(random: () => number, streamId: string): string | Buffer {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const message = { ...pick(good(streamId)) } as Record<string, unknown>;
  const key = pick(Object.keys(message));
  const whole = JSON.stringify(message);
  const at = Math.floor(random() * whole.length);
  const ways: (() => string | Buffer)[] = [
    () => whole.slice(0, at),
    () => whole.slice(0, at) + String.fromCharCode(Math.floor(random() * 300)) + whole.slice(at + 1),
    () => whole + whole,
    () => JSON.stringify([message]),
    () => JSON.stringify({ ...message, [key]: pick(odd) }),
    () => JSON.stringify({ ...message, [key]: pick(odd) }),
    () => JSON.stringify({ ...message, [key]: undefined }),
    () => JSON.stringify({ ...message, type: pick(["answer", "error", "", "toString", "__proto__"]) }),
    () => whole.replace("{", '{"__proto__":{"isSignedIn":true},'),
    () => JSON.stringify(pick(odd)),
    () => "[".repeat(1 + Math.floor(random() * 5000)),
    () => Buffer.from(Array.from({ length: at + 1 }, () => Math.floor(random() * 256))),
  ];
  return pick(ways)();
}

/** Sends frames until one of them ends the connection, or all were sent. @returns how many were sent */
async function sendTo(port: number, frames: readonly (string | Buffer)[], token?: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { origin } });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()).on("error", () => undefined));
  const answered = () => new Promise<void>((resolve) => void (socket.once("message", () => resolve()), closed.then(resolve)));
  if (token !== undefined) {
    socket.send(JSON.stringify({ type: "authenticate", id: "a", token }));
    await answered();
  }
  let sent = 0;
  for (const frame of frames) {
    if (socket.readyState !== socket.OPEN) break;
    socket.send(frame);
    sent += 1;
    // Each is heard before the next: one that ends the connection would hide the others.
    socket.send(JSON.stringify({ type: "ping", id: `after ${sent}` }));
    await answered();
  }
  socket.close();
  await closed;
  return sent;
}

const collect = () => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
};

test("10,000 broken frames, half of them of people who are signed in: no crash, no bug, no growth, and another's stream goes on", async () => {
  const [phone, desk] = [await signedIn(setup, "rita"), await signedIn(setup, "olga")];
  const streamId = await published(phone);
  desk.send({ type: "view", id: "v", connectionId: "wall", streamId, offer });
  await desk.next("answer");
  const { port } = setup.signaling;
  const objects = setup.media.objects();
  const random = seeded(20_261_124);
  const heaps: number[] = [];
  for (let round = 1; round <= 5; round += 1) {
    for (let sent = 0; sent < 2000;) {
      const token = random() < 0.5 ? undefined : random() < 0.5 ? "token-olga" : "token-rita";
      const frames = Array.from({ length: Math.min(20, 2000 - sent) }, () => broken(random, streamId));
      sent += await sendTo(port, frames, token);
    }
    await until(() => (setup.media.objects().length === objects.length ? null : `${setup.media.objects().join()} are left`));
    phone.send({ type: "ping", id: `round ${round}` });
    desk.send({ type: "ping", id: `round ${round}` });
    await Promise.all([phone, desk].map((client) => client.next("pong", ({ id }) => id === `round ${round}`)));
    heaps.push(collect());
  }
  expect(setup.media.objects()).toEqual(objects);
  expect(setup.log.filter((line) => line.includes('"error"'))).toEqual([]);
  expect(({} as { isSignedIn?: boolean }).isSignedIn).toBeUndefined();
  expect(heaps[4]! - heaps[0]!).toBeLessThan(heaps[0]! / 10);
});

test("requests for a WebSocket that are broken, or none, leave the server as it was", async () => {
  const { port } = setup.signaling;
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const head = (path: string, more: readonly string[] = []) =>
    [`GET ${path} HTTP/1.1`, "Host: x", "Connection: Upgrade", "Upgrade: websocket", `Origin: ${origin}`, ...more, "", ""].join("\r\n");
  const version = "Sec-WebSocket-Version: 13";
  const requests = [
    ...["//", "///ws", "http://[::/ws", "/ws?%", "*", "/ws/..//", "ws", "/%ff", "http://a:999999/ws"].map((path) =>
      head(path, [version, `Sec-WebSocket-Key: ${key}`]),
    ),
    head("/ws", [version]),
    head("/ws", [version, "Sec-WebSocket-Key: short"]),
    head("/ws", ["Sec-WebSocket-Version: 99", `Sec-WebSocket-Key: ${key}`]),
    head("/ws", [version, `Sec-WebSocket-Key: ${key}`, "Cookie: barecast_session=%E0%A4%A"]),
    head("/ws", [version, `Sec-WebSocket-Key: ${key}`, "X-Forwarded-For: , ,,"]),
    head("/ws", [version, `Sec-WebSocket-Key: ${key}`, "Sec-WebSocket-Extensions: ;;;"]),
    `${head("/ws", [version, `Sec-WebSocket-Key: ${key}`])}\u00ff\u00ff\u00ff\u00ff`,
    "GET /ws HTTP/9.9\r\n\r\n",
    "\u0016\u0003\u0001\u0002",
  ];
  for (const request of requests)
    await new Promise<void>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1" }, () => socket.end(Buffer.from(request, "latin1")));
      socket.on("error", () => undefined).on("close", () => resolve());
      socket.resume();
    });
  const phone = await signedIn(setup, "rita");
  await published(phone);
  expect(setup.log.filter((line) => line.includes('"error"'))).toEqual([]);
});
