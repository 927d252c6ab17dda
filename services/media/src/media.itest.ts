import { startsKeyFrame } from "./media/keyFrame";
import { call, collect } from "./testing/client";
import { CameraScene, words } from "./testing/cameraScene";
import { commandLines } from "./testing/processes";
import { TestCamera } from "./testing/testCamera";
import { until } from "./testing/until";

let scene: CameraScene;
beforeEach(async () => {
  scene = await CameraScene.open();
});
afterEach(() => scene.close());

test("a camera is seen at once by a viewer who joins in the middle of a group of pictures, and is recorded", async () => {
  const source = await scene.player(scene.camera.url);
  const recording = await scene.recorder("day/camera.mkv", "MKV");
  const seen = collect(recording, "Recording", "Stopped");
  await call(source, "connect", recording);
  await call(recording, "record");
  await call(source, "play");
  await until(() => (seen.includes("Recording") ? null : "not recording"), 20_000);
  const viewer = await scene.view(source);
  await until(() => (viewer.payloads.length > 50 ? null : `${viewer.payloads.length} packets`));
  expect(startsKeyFrame("H264", viewer.payloads[0]!)).toBe(true);
  await call(recording, "stopAndWait");
  expect(seen).toEqual(["Recording", "Stopped"]);
  const { format, streams } = scene.probe("day/camera.mkv");
  expect(streams.map(({ codec_name, width }) => [codec_name, width])).toEqual([["h264", 320]]);
  expect(Math.abs(Number(format.duration) * 25 - Number(streams[0]!.nb_read_frames))).toBeLessThanOrEqual(2);
});

const LOST = ["UriEndpointStateChanged START", "INVALID_URI", "UriEndpointStateChanged STOP", "EndOfStream"];

test("a camera that freezes, and one that loses power, are told as a real server tells them", async () => {
  const frozen: Record<string, unknown>[] = [];
  const source = await scene.player(scene.camera.url, frozen);
  await call(source, "play");
  await until(() => (words(frozen).includes("MediaFlowOutStateChanged FLOWING") ? null : "not flowing"), 20_000);
  scene.camera.freeze();
  await until(() => (words(frozen).includes("EndOfStream") ? null : words(frozen).join()), 10_000);
  expect(words(frozen).filter((word) => !word.startsWith("MediaFlow"))).toEqual(LOST);

  const second = new TestCamera();
  await second.start();
  const dead: Record<string, unknown>[] = [];
  const other = await scene.player(second.url, dead);
  await call(other, "play");
  await until(() => (words(dead).includes("MediaFlowOutStateChanged FLOWING") ? null : "not flowing"), 20_000);
  await second.stop();
  await until(() => (words(dead).includes("EndOfStream") ? null : words(dead).join()), 10_000);
  expect(words(dead).filter((word) => !word.startsWith("MediaFlow"))).toEqual(LOST);
});

test("a password is in no command line and in no log line", async () => {
  const seen: Record<string, unknown>[] = [];
  const source = await scene.player(scene.camera.url.replace("rtsp://", "rtsp://admin:s3cretword@"), seen);
  await call(source, "play");
  await until(() => (words(seen).includes("MediaFlowOutStateChanged FLOWING") ? null : "not flowing"), 20_000);
  const commands = [...commandLines().values()];
  expect(commands.filter((command) => command.includes("concat") && command.includes("pipe:0")).length).toBeGreaterThan(0);
  expect(commands.filter((command) => command.includes("s3cretword"))).toEqual([]);
  expect(scene.lines.filter((line) => line.includes("s3cretword"))).toEqual([]);
});

test("over two nodes by plain RTP into a recording, which the server's end finishes", async () => {
  const source = await scene.player(scene.camera.url);
  const second = await scene.client.create("MediaPipeline");
  const [out, into] = [await scene.pipeline.create("RtpEndpoint"), await second.create("RtpEndpoint")];
  const recording = await second.create("RecorderEndpoint", { uri: "file:///recordings/cascade.mkv", mediaProfile: "MKV_VIDEO_ONLY" });
  const seen = collect(recording, "Recording");
  await call(source, "connect", out, "VIDEO");
  await call(into, "connect", recording, "VIDEO");
  const offer = await call<string>(out, "generateOffer");
  await call(out, "processAnswer", await call(into, "processOffer", offer));
  await call(recording, "record");
  await call(source, "play");
  await until(() => (seen.length > 0 ? null : "not recording"), 20_000);
  const startMs = performance.now();
  await until(() => (performance.now() - startMs > 2_500 ? null : "recording"));
  await scene.server.close();
  const { format, streams } = scene.probe("cascade.mkv");
  expect(Number(format.duration)).toBeGreaterThan(2);
  expect(Number(streams[0]!.nb_read_frames)).toBeGreaterThan(50);
});
