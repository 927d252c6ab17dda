import kurento from "kurento-client";
import { closeAfterEach } from "../testing/closing";
import { startWireDouble } from "../testing/wireDouble";
import { createLog } from "../log";
import { StreamRegistry } from "../streams";
import { offer } from "../testing/actors";
import { until } from "../testing/client";
import { connectKurento, Remote, type Methods } from "./kurento";
import { probeTimes } from "./probe";
import { MediaServer } from "./server";
import { Viewing } from "./viewing";

const closeAtEnd = closeAfterEach();

test("what a method asks of the media server is what kurento-client's own method asks, to the letter", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const session = await connectKurento(media.url, 10_000, { onLost: () => undefined, onBack: () => undefined });
  closeAtEnd(async () => session.close());
  const mediaPipeline = await session.create("MediaPipeline", {});
  const endpoint = await session.create("WebRtcEndpoint", { mediaPipeline });
  const player = await session.create("PlayerEndpoint", { mediaPipeline, uri: "rtsp://a/b", useEncodedMedia: true, networkCache: 0 });
  const recorder = await session.create("RecorderEndpoint", { mediaPipeline, uri: "file:///a.webm", mediaProfile: "WEBM" });

  const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 5 typ host", sdpMid: "0", sdpMLineIndex: 0 };
  const calls: { [M in keyof Methods]: [Remote, ...Parameters<Methods[M]>] } = {
    addTag: [mediaPipeline, "key", "value"],
    getTag: [mediaPipeline, "key"],
    getPipelines: [session.manager],
    processOffer: [endpoint, "v=0"],
    gatherCandidates: [endpoint],
    addIceCandidate: [endpoint, candidate],
    setMaxVideoRecvBandwidth: [endpoint, 1],
    setMaxVideoSendBandwidth: [endpoint, 2],
    connect: [player, endpoint, "VIDEO"],
    play: [player],
    record: [recorder],
    stopAndWait: [recorder],
  };
  for (const [name, [remote, ...given]] of Object.entries(calls)) {
    const before = media.asked.length;
    await remote.call(name as keyof Methods, ...(given as never));
    const ours = last();
    await new Promise((done) => (asOfKurentoClient(remote) as Asker)[name]!(...given.map(asOfKurentoClient), () => done(null)));
    expect(media.asked.slice(before, before + 2)).toEqual([`invoke ${name}`, `invoke ${name}`]);
    expect(ours).toBe(last());
  }

  function last(): string {
    const at = media.asked.findLastIndex((asked) => asked.startsWith("invoke "));
    return JSON.stringify(media.parameters[at]);
  }
});

test("what is told is asked as by a call; that it is refused is nobody's error, and after the session's end it is not asked", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const session = await connectKurento(media.url, 10_000, { onLost: () => undefined, onBack: () => undefined });
  const pipeline = await session.create("MediaPipeline", {});
  const before = media.asked.length;
  media.failNext("addTag", "refused");
  pipeline.tell("addTag", "key", "value");
  await pipeline.call("addTag", "key", "value");
  expect(media.asked.slice(before)).toEqual(["invoke addTag", "invoke addTag"]);
  expect(media.parameters[before]).toEqual(media.parameters[before + 1]);
  session.close();
  expect(() => pipeline.tell("addTag", "key", "value")).not.toThrow();
  await expect(pipeline.call("addTag", "key", "value")).rejects.toThrow("Disconnected from the media server");
  expect(media.asked).toHaveLength(before + 2);
});

type Asker = Record<string, (...parameters: unknown[]) => void>;

function asOfKurentoClient(value: unknown): unknown {
  if (value instanceof Remote) return value["own"] ?? value["asker"];
  return typeof value === "object" ? kurento.getComplexType("IceCandidate")(value) : value;
}

test("what is asked while a release is not answered yet is answered", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const session = await connectKurento(media.url, 10_000, { onLost: () => undefined, onBack: () => undefined });
  closeAtEnd(async () => session.close());
  const [slow, other] = [await session.create("MediaPipeline", {}), await session.create("MediaPipeline", {})];
  const letGo = media.holdNext("release");
  let isAnswered = false;
  const released = slow.release().finally(() => (isAnswered = true));
  await other.call("addTag", "key", "value");
  expect(isAnswered).toBe(false);
  expect(media.asked.slice(-2)).toEqual(["release", "invoke addTag"]);
  letGo();
  await released;
});

test("after joins and leaves kurento-client holds no object any more, neither of them nor of what went with its pipeline", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const options = { name: "m1", url: media.url, run: "this", isRunning: async () => true, probe: probeTimes };
  const server = new MediaServer(
    options,
    createLog("error", () => undefined),
  );
  closeAtEnd(() => server.close());
  await server.start();
  const { client } = server.kurento;
  /** It asks the media server only for what it does not hold. */
  const held = async (ids: readonly string[]) => {
    const before = media.asked.length;
    const describe = (id: string) => new Promise<void>((resolve) => client.getMediaobjectById(id, () => resolve()));
    await Promise.all(ids.map(describe));
    return ids.length - media.asked.slice(before).filter((asked) => asked === "describe").length;
  };
  const pipeline = await server.createPipeline();
  const source = await server.kurento.create("PlayerEndpoint", { mediaPipeline: pipeline, uri: "rtsp://a/b", ...encoded });
  const stream = { ...gate, wiring: { server, pipeline, source }, viewers: new Set<never>() };
  const made = new Set<string>();
  const join = async () => {
    const viewing = new Viewing(new StreamRegistry(), stream, 1_000_000, { onCandidate: () => undefined, onEnded: () => undefined });
    await viewing.start(offer);
    for (const id of media.objects()) made.add(id);
    return viewing;
  };
  for (let count = 0; count < 50; count++) await (await join()).end();
  await join(); // goes with the pipeline, not by itself
  expect(made.size).toBe(53);
  // Of what another session made nothing is held either.
  await server.kurento.made(media.plant("MediaPipeline", {})).call("addTag", "key", "value");
  expect(await held([...made])).toBe(3);
  await pipeline.release();
  await until(() => (media.objects().length === 1 ? null : `left: ${media.objects().join(", ")}`));
  expect(await held([...made, ...media.objects()])).toBe(0);
});

const encoded = { useEncodedMedia: true, networkCache: 0 };
const gate = { id: "camera-gate", title: "Gate", kind: "camera", startedAt: "", state: "live", isRecording: false } as const;

test("what is not answered yet when the session is closed fails at once", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const session = await connectKurento(media.url, 10_000, { onLost: () => undefined, onBack: () => undefined });
  const mediaPipeline = await session.create("MediaPipeline", {});
  media.fallSilent();
  const [called, made] = [mediaPipeline.call("addTag", "key", "value"), session.create("WebRtcEndpoint", { mediaPipeline })];
  session.close();
  await expect(called).rejects.toThrow("Disconnected from the media server");
  await expect(made).rejects.toThrow("Disconnected from the media server");
});
