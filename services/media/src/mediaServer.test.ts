import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { startMediaServer } from "./index";
import { createLog } from "./log";
import { call, connect, join } from "./testing/client";
import { Viewer } from "./testing/peers";
import { gaps, Scene } from "./testing/scene";
import { until } from "./testing/until";
import { type Message, RawClient } from "./testing/wire";

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open(41_200);
});
afterEach(() => scene.close());

test("garbage on the media ports, a forged end of DTLS and garbage on the control port change nothing", async () => {
  const source = await scene.publish();
  const { viewer } = await scene.view(source);
  const socket = createSocket("udp4");
  scene.onClose(() => void socket.close());
  const alerts = [0, 1].map((epoch) => Buffer.from([21, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0]));
  for (let port = scene.firstPort; port < scene.firstPort + 8; port++) {
    for (const first of [0x00, 0x14, 0x15, 0x16, 0x17, 0x19, 0x80, 0x90, 0xff]) {
      for (let i = 0; i < 20; i++) socket.send(Buffer.concat([Buffer.from([first]), randomBytes(i * 30)]), port, scene.address);
    }
    for (const alert of alerts) socket.send(alert, port, scene.address);
  }
  const raw = await RawClient.open(scene.server.port);
  scene.onClose(() => raw.close());
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
  const keyFrames = scene.publisher.keyFrames;
  await until(async () => {
    await viewer.askKeyFrame();
    return scene.publisher.keyFrames > keyFrames ? null : "a key frame can't be had any more";
  });
  expect([...scene.published, ...scene.viewed].filter(({ newState }) => newState === "DISCONNECTED")).toEqual([]);
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
  const peers = [new Viewer(scene.address), new Viewer(scene.address)];
  for (const { pc } of peers) await join(await line.create("WebRtcEndpoint"), pc);
  const endpoint = await line.create("WebRtcEndpoint");
  endpoint.on("Error", (data) => events.push(data));
  const offer = (await new Viewer(scene.address).pc.createOffer()).sdp;
  // Its promise resolves with nothing where the server answers with an error: only the callback tells.
  const error = await new Promise((resolve) => void call(endpoint, "processOffer", offer, resolve));
  const description = `No free UDP port on ${scene.address} from 41300 to 41301`;
  expect(error).toMatchObject({ code: 40009, message: description });
  await until(() => (events.length > 0 ? null : "no event"));
  expect(events[0]).toMatchObject({ type: "NOT_ENOUGH_RESOURCES", errorCode: 40009, description });
  // The client's own werift repeats a handshake that was cut short for half a minute.
  await until(() => (peers.every(({ pc }) => pc.connectionState === "connected") ? null : "not connected"));
  await Promise.all(peers.map((peer) => peer.close()));
  other.close();
  await small.close();
});

test("connections get ports in turn, up to the last one and then from the first", async () => {
  const log = createLog("error", () => undefined);
  const few = await startMediaServer({ controlPort: 0, minPort: 41_302, maxPort: 41_304 }, log);
  const raw = await RawClient.open(few.port);
  const peer = new Viewer(scene.address);
  const { sdp: offer } = await peer.pc.createOffer();
  let id = 0;
  const ask = async (method: string, params: Message) => {
    const { result } = await raw.ask({ jsonrpc: "2.0", id: id++, method, params });
    return (result as Message)["value"] as string;
  };
  const mediaPipeline = await ask("create", { type: "MediaPipeline" });
  const ports: number[] = [];
  for (let made = 0; made < 4; made++) {
    const object = await ask("create", { type: "WebRtcEndpoint", constructorParams: { mediaPipeline } });
    await ask("subscribe", { object, type: "IceCandidateFound" });
    await ask("invoke", { object, operation: "processOffer", operationParams: { offer } });
    await ask("invoke", { object, operation: "gatherCandidates", operationParams: {} });
    await until(() => (raw.events.length > made ? null : "no candidate"));
    ports.push(Number(/ udp \d+ \S+ (\d+) typ host/.exec(JSON.stringify(raw.events[made]))?.[1]));
    await ask("release", { object });
  }
  expect(ports).toEqual([41_302, 41_303, 41_304, 41_302]);
  raw.close();
  await peer.close();
  await few.close();
});

test("addresses and ports that can't be had are named", async () => {
  const log = createLog("error", () => undefined);
  await expect(startMediaServer({ controlPort: 0, mediaAddress: "203.0.113.1" }, log)).rejects.toThrow(
    "MEDIA_ADDRESS: Media can't use 203.0.113.1: bind EADDRNOTAVAIL 203.0.113.1. Set an IPv4 address of this machine",
  );
  await expect(startMediaServer({ controlPort: scene.server.port }, log)).rejects.toThrow(
    `MEDIA_CONTROL_ADDRESS, MEDIA_CONTROL_PORT: Can't listen on 127.0.0.1:${scene.server.port}: listen EADDRINUSE`,
  );
});
