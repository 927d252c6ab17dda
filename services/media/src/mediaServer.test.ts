import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { firstAddress } from "./config";
import { type MediaServer, startMediaServer } from "./index";
import { createLog } from "./log";
import { call, type Client, connect, join, type Remote, trickle } from "./testing/client";
import { Publisher, Viewer } from "./testing/peers";
import { until } from "./testing/until";
import { type Message, normal, RawClient, recorded } from "./testing/wire";

jest.setTimeout(30_000);
const address = firstAddress()!;
const EVENTS = [
  ...["IceComponentStateChanged", "IceGatheringDone", "NewCandidatePairSelected", "ConnectionStateChanged", "MediaStateChanged"],
  ...["MediaFlowInStateChanged", "MediaFlowOutStateChanged", "MediaTranscodingStateChanged", "Error"],
];

let server: MediaServer;
let client: Client;
let pipeline: Remote;
let publisher: Publisher;
let viewers: Viewer[];
let closers: (() => void)[];
const published: Record<string, unknown>[] = [];
const viewed: Record<string, unknown>[] = [];

beforeEach(async () => {
  server = await startMediaServer(
    { controlPort: 0, minPort: 41_000, maxPort: 41_200 },
    createLog("error", () => undefined),
  );
  client = await connect(server.port);
  pipeline = await client.create("MediaPipeline");
  publisher = new Publisher(address);
  viewers = [];
  closers = [];
  published.length = viewed.length = 0;
});
afterEach(async () => {
  closers.forEach((close) => close());
  await Promise.all([publisher.close(), ...viewers.map((viewer) => viewer.close())]);
  client.close();
  await server.close();
});

async function publish(): Promise<Remote> {
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await join(endpoint, publisher.pc, published, EVENTS);
  publisher.start();
  await until(() => (published.some(({ type }) => type === "MediaFlowOutStateChanged") ? null : "the publisher's media does not flow"));
  return endpoint;
}

async function view(source: Remote): Promise<{ viewer: Viewer; endpoint: Remote }> {
  const endpoint = await pipeline.create("WebRtcEndpoint");
  await call(source, "connect", endpoint, "VIDEO");
  const viewer = new Viewer(address);
  viewers.push(viewer);
  await join(endpoint, viewer.pc, viewed, EVENTS);
  await until(() => (viewer.numbers.length > 0 ? null : "no picture came"));
  return { viewer, endpoint };
}

const isKeyFrame = (payload: Buffer | undefined) => payload !== undefined && (payload[1]! & 1) === 0;
const gaps = (numbers: number[]) => numbers.slice(1).filter((number, index) => number !== numbers[index]! + 1);

/** Every event of a type that a real server was seen to send, without what differs from run to run. */
const REAL = new Set(
  recorded("publish-view-record")
    .filter(({ msg }) => msg["method"] === "onEvent")
    .map(({ msg }) => JSON.stringify(normal(((msg["params"] as Message)["value"] as Message)["data"]))),
);
const shape = (event: unknown) =>
  JSON.stringify(sortKeys(normal(event))).replace(/"binName":"[^"]*"/, '"binName":"kmswebrtcendpoint5_kmsagnosticbin2-0"');
const sortKeys = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, entry]) => [key, sortKeys(entry)]),
      )
    : value;

test("a viewer gets every picture from a key frame on, without loss, over a sequence number's end", async () => {
  const source = await publish();
  const { viewer } = await view(source);
  await until(() => (viewer.numbers.length > 60 ? null : `${viewer.numbers.length} pictures`));
  expect(isKeyFrame(viewer.payloads[0])).toBe(true);
  expect(gaps(viewer.numbers)).toEqual([]);
  expect(new Set(viewer.headers.map(({ payloadType, ssrc }) => `${payloadType} ${ssrc}`)).size).toBe(1);
  const steps = viewer.headers.slice(1).map(({ timestamp }, index) => (timestamp - viewer.headers[index]!.timestamp) >>> 0);
  expect(new Set(steps)).toEqual(new Set([1800]));
});

test("each event is one that a real server sends, in its order", async () => {
  const source = await publish();
  const { endpoint } = await view(source);
  await until(() => (viewed.some(({ type }) => type === "MediaStateChanged") ? null : "no MediaStateChanged"));
  publisher.pause();
  await until(() => (viewed.some(({ state }) => state === "NOT_FLOWING") ? null : "still flowing"));
  await until(() => (published.some(({ state }) => state === "NOT_FLOWING") ? null : "still flowing"));
  // The real recording has no NOT_FLOWING of a viewer of this kind; the camera's has.
  const unknown = [...published, ...viewed]
    .map(shape)
    .filter((event) => !REAL.has(event) && !/In.*NOT_FLOWING|NOT_FLOWING.*FlowIn/.test(event));
  expect(unknown).toEqual([]);
  const order = viewed.map(({ type, state, newState, componentId }) => [type, componentId, state ?? newState].filter(Boolean).join(" "));
  expect(order).toEqual([
    "IceComponentStateChanged 2 GATHERING",
    "IceComponentStateChanged 1 GATHERING",
    "IceGatheringDone",
    "IceComponentStateChanged 1 CONNECTING",
    "NewCandidatePairSelected",
    "IceComponentStateChanged 1 CONNECTED",
    "IceComponentStateChanged 1 READY",
    "ConnectionStateChanged CONNECTED",
    "MediaFlowInStateChanged FLOWING",
    "MediaStateChanged CONNECTED",
    "MediaFlowInStateChanged NOT_FLOWING",
  ]);
  expect(await call(endpoint, "isMediaFlowingIn", "VIDEO")).toBe(false);
});

test("statistics have the fields of a real server's", async () => {
  const source = await publish();
  const { endpoint } = await view(source);
  const fields = (value: unknown) =>
    Object.values(value as Record<string, object>)
      .map((entry) => Object.keys(entry).sort())
      .sort();
  const real = (operationId: number) =>
    (
      recorded("publish-view-record").find(({ dir, msg }) => dir === "server->client" && msg["id"] === operationId)!.msg[
        "result"
      ] as Message
    )["value"];
  expect(fields(await call(source, "getStats", "VIDEO"))).toEqual(fields(real(57)));
  expect(fields(await call(endpoint, "getStats", "VIDEO"))).toEqual(fields(real(58)));
});

test("viewers' requests for key frames reach the publisher, at most one in 300 ms", async () => {
  const source = await publish();
  const { viewer } = await view(source);
  const before = publisher.keyFrames;
  const startMs = performance.now();
  await until(async () => {
    await viewer.askKeyFrame();
    return performance.now() - startMs > 1_500 ? null : "asking";
  });
  await until(() => (publisher.keyFrames > before ? null : "no key frame"));
  const most = Math.ceil((performance.now() - startMs) / 300) + 1;
  expect(publisher.keyFrames - before).toBeLessThanOrEqual(most);
});

test("publishers are told a bitrate each second and are not asked for transport-cc", async () => {
  const endpoint = await pipeline.create("WebRtcEndpoint");
  const answer = await join(endpoint, publisher.pc);
  publisher.start();
  const REMB = 15;
  await until(() => (publisher.feedback.filter((count) => count === REMB).length >= 3 ? null : `feedback ${publisher.feedback.join()}`));
  expect(answer).not.toContain("transport-cc");
});

test("garbage on the media ports, a forged end of DTLS and garbage on the control port change nothing", async () => {
  const source = await publish();
  const { viewer } = await view(source);
  const socket = createSocket("udp4");
  closers.push(() => void socket.close());
  const alerts = [0, 1].map((epoch) => Buffer.from([21, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0]));
  for (let port = 41_000; port < 41_008; port++) {
    for (const first of [0x00, 0x14, 0x15, 0x16, 0x17, 0x19, 0x80, 0x90, 0xff]) {
      for (let i = 0; i < 20; i++) socket.send(Buffer.concat([Buffer.from([first]), randomBytes(i * 30)]), port, address);
    }
    for (const alert of alerts) socket.send(alert, port, address);
  }
  const raw = await RawClient.open(server.port);
  closers.push(() => raw.close());
  for (const text of [
    "{",
    "[]",
    "null",
    '"x"',
    "{}",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","method":"__proto__","id":1}',
    "\u0000".repeat(1000),
  ])
    raw.ws.send(text);
  raw.ws.send(randomBytes(5_000));
  const seen = viewer.numbers.length;
  await until(() => (viewer.numbers.length > seen + 50 ? null : "the viewer's picture stands"));
  expect(gaps(viewer.numbers)).toEqual([]);
  const keyFrames = publisher.keyFrames;
  await until(async () => {
    await viewer.askKeyFrame();
    return publisher.keyFrames > keyFrames ? null : "a key frame can't be had any more";
  });
  expect([...published, ...viewed].filter(({ newState }) => newState === "DISCONNECTED")).toEqual([]);
  expect(await raw.ask({ jsonrpc: "2.0", id: 7, method: "ping" })).toEqual({ id: 7, jsonrpc: "2.0", result: { value: "pong" } });
});

test("an exhausted port range is said to the client", async () => {
  const small = await startMediaServer(
    { controlPort: 0, minPort: 41_300, maxPort: 41_301 },
    createLog("error", () => undefined),
  );
  const other = await connect(small.port);
  const line = await other.create("MediaPipeline");
  const events: Record<string, unknown>[] = [];
  const peers = [new Viewer(address), new Viewer(address)];
  for (const { pc } of peers) await join(await line.create("WebRtcEndpoint"), pc);
  const endpoint = await line.create("WebRtcEndpoint");
  endpoint.on("Error", (data) => events.push(data));
  const offer = (await new Viewer(address).pc.createOffer()).sdp;
  // Its promise resolves with nothing where the server answers with an error: only the callback tells.
  const error = await new Promise((resolve) => void call(endpoint, "processOffer", offer, resolve));
  const description = `No free UDP port on ${address} from 41300 to 41301`;
  expect(error).toMatchObject({ code: 40009, message: description });
  await until(() => (events.length > 0 ? null : "no event"));
  expect(events[0]).toMatchObject({ type: "NOT_ENOUGH_RESOURCES", errorCode: 40009, description });
  // The client's own werift repeats a handshake that was cut short for half a minute.
  await until(() => (peers.every(({ pc }) => pc.connectionState === "connected") ? null : "not connected"));
  await Promise.all(peers.map((peer) => peer.close()));
  other.close();
  await small.close();
});

test("addresses and ports that can't be had are named", async () => {
  const log = createLog("error", () => undefined);
  await expect(startMediaServer({ controlPort: 0, mediaAddress: "203.0.113.1" }, log)).rejects.toThrow(
    "MEDIA_ADDRESS: Media can't use 203.0.113.1: bind EADDRNOTAVAIL 203.0.113.1. Set an IPv4 address of this machine",
  );
  await expect(startMediaServer({ controlPort: server.port }, log)).rejects.toThrow(
    `MEDIA_CONTROL_ADDRESS, MEDIA_CONTROL_PORT: Can't listen on 127.0.0.1:${server.port}: listen EADDRINUSE`,
  );
});

test("the server offers, the viewer answers", async () => {
  const source = await publish();
  const endpoint = await pipeline.create("WebRtcEndpoint", { sendonly: true });
  await call(source, "connect", endpoint, "VIDEO");
  const viewer = new Viewer(address, []);
  viewers.push(viewer);
  trickle(endpoint, viewer.pc);
  const offer = await call<string>(endpoint, "generateOffer");
  await viewer.pc.setRemoteDescription({ type: "offer", sdp: offer });
  const answer = await viewer.pc.createAnswer();
  expect(await call(endpoint, "processAnswer", answer.sdp)).toBe(offer);
  await viewer.pc.setLocalDescription(answer);
  await call(endpoint, "gatherCandidates");
  await until(() => (viewer.numbers.length > 20 ? null : `${viewer.numbers.length} pictures`));
  expect(gaps(viewer.numbers)).toEqual([]);
});
