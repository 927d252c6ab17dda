import { MediaStreamTrack, RtpHeader, RtpPacket } from "werift";
import { call, join } from "../testing/client";
import { clientPeer } from "../testing/peers";
import { Scene } from "../testing/scene";
import { until } from "../testing/until";

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open(41_500);
});
afterEach(() => scene.close());

/** An IDR slice, a slice; a VP8 key frame, a delta frame; two Opus frames. */
const PAYLOADS = {
  opus: [Buffer.from([0xfc, 1, 2, 3]), Buffer.from([0xfc, 4, 5])],
  H264: [Buffer.from([0x65, 1, 2, 3]), Buffer.from([0x41, 4, 5])],
  VP8: [Buffer.from([0x10, 0x10, 0, 0, 1, 2]), Buffer.from([0x10, 0x11, 3, 4])],
};

test.each([
  ["opus", "audio", 111, 960],
  ["H264", "video", 98, 3600],
  ["VP8", "video", 97, 3600],
] as const)("%s goes through as it is, from its first key frame on", async (codec, kind, payloadType, step) => {
  const pc = clientPeer(scene.address, [codec === "H264" ? "H264" : "VP8"]);
  scene.onClose(() => pc.close());
  const track = new MediaStreamTrack({ kind });
  pc.addTransceiver(track, { direction: "sendonly" });
  const source = await scene.pipeline.create("WebRtcEndpoint");
  const sink = await scene.pipeline.create("WebRtcEndpoint");
  await call(source, "connect", sink, kind.toUpperCase());
  const viewer = scene.viewer([kind]);
  await Promise.all([join(source, pc), join(sink, viewer.pc)]);
  await until(() => (pc.connectionState === "connected" && viewer.pc.connectionState === "connected" ? null : "not connected"));

  const [key, delta] = PAYLOADS[codec];
  const say = (number: number, payload: Buffer) => {
    const header = new RtpHeader({ sequenceNumber: 100 + number, timestamp: number * step, marker: true, payloadType });
    track.writeRtp(new RtpPacket(header, payload));
  };
  // Until its sound or picture arrives the stream begins again: a viewer may be connected a moment before its server is.
  let sent = 0;
  await until(async () => {
    say(sent++, key!);
    const states = await Promise.all([source, sink].map((endpoint) => call(endpoint, "getConnectionState")));
    return viewer.payloads.length > 0 ? null : `nothing came of ${sent} packets, the server's connections are ${states.join(" and ")}`;
  });
  const first = viewer.payloads.length;
  say(sent++, delta!);
  await until(() => (viewer.payloads.length > first && viewer.payloads.at(-1)!.equals(delta!) ? null : "the next one did not come"));
  expect(viewer.payloads[0]).toEqual(key);
  expect(new Set(viewer.headers.map((header) => header.payloadType))).toEqual(new Set([payloadType]));
  expect(new Set(viewer.headers.slice(1).map(({ timestamp }, index) => (timestamp - viewer.headers[index]!.timestamp) >>> 0))).toEqual(
    new Set([step]),
  );
});
