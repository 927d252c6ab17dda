import kurento from "kurento-client";
import { closeAfterEach } from "../testing/closing";
import { startWireDouble } from "../testing/wireDouble";
import { connectKurento, Remote, type Methods } from "./kurento";

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
    getPipelines: [await session.serverManager()],
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
    await new Promise((done) => (remote.inner[name] as (...rest: unknown[]) => void)(...given.map(asOfKurentoClient), () => done(null)));
    expect(media.asked.slice(before, before + 2)).toEqual([`invoke ${name}`, `invoke ${name}`]);
    expect(ours).toBe(last());
  }

  function last(): string {
    const at = media.asked.findLastIndex((asked) => asked.startsWith("invoke "));
    return JSON.stringify(media.parameters[at]);
  }
});

function asOfKurentoClient(value: unknown): unknown {
  if (value instanceof Remote) return value.inner;
  return typeof value === "object" ? kurento.getComplexType("IceCandidate")(value) : value;
}
