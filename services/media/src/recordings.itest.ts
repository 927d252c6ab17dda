import { CameraScene, words } from "./testing/cameraScene";
import { call, collect } from "./testing/client";
import { commandLines } from "./testing/processes";
import { until } from "./testing/until";

let scene: CameraScene;
beforeEach(async () => {
  scene = await CameraScene.open();
});
afterEach(() => scene.close());

test("a pause is not in the recording", async () => {
  const source = await scene.player(scene.camera.url);
  const recording = await scene.recorder("pause.mkv", "MKV_VIDEO_ONLY");
  const seen = collect(recording, "Recording", "Paused");
  await call(source, "connect", recording);
  await call(source, "play");
  await call(recording, "record");
  await until(() => (seen.includes("Recording") ? null : "not recording"), 20_000);
  const startMs = performance.now();
  await call(recording, "pause");
  await until(() => (performance.now() - startMs > 3_000 ? null : "paused"));
  await call(recording, "record");
  await until(() => (performance.now() - startMs > 6_500 ? null : "recording"));
  await call(recording, "stopAndWait");
  expect(seen).toEqual(["Recording", "Paused", "Recording"]);
  const { format, streams } = scene.probe("pause.mkv");
  expect(Number(format.duration)).toBeLessThan(6);
  expect(Number(streams[0]!.nb_read_frames)).toBeGreaterThan(25);
});

test("a stop under way is waited for: by another stop, by the next recording, and by the release", async () => {
  const source = await scene.player(scene.camera.url);
  const recording = await scene.recorder("again.mkv", "MKV_VIDEO_ONLY");
  const seen = collect(recording, "Recording", "Stopped");
  const finished = () => scene.lines.filter((line) => line.includes('"recording-finished"')).length;
  const recordAWhile = async (count: number) => {
    await call(recording, "record");
    await until(() => (seen.filter((type) => type === "Recording").length === count ? null : seen.join()), 20_000);
    const startMs = performance.now();
    await until(() => (performance.now() - startMs > 2_000 ? null : "recording"));
    await call(recording, "stop");
  };
  await call(source, "connect", recording);
  await call(source, "play");
  await recordAWhile(1);
  await call(recording, "stopAndWait");
  expect(finished()).toBe(1);
  await recordAWhile(2);
  await recordAWhile(3);
  await recording.release();
  expect(finished()).toBe(3);
  expect(seen).toEqual(["Recording", "Stopped", "Recording", "Stopped", "Recording"]);
  const { format, streams } = scene.probe("again.mkv");
  expect(Number(format.duration)).toBeGreaterThan(1);
  expect(Number(streams[0]!.nb_read_frames)).toBeGreaterThan(25);
});

/** Process ids of the ffmpeg that writes this file. */
const writersOf = (name: string) => [...commandLines()].filter(([, line]) => line.includes(`/${name}\0`)).map(([pid]) => pid);

test("a recording that is stopped before its ffmpeg is up has what came, and one whose ffmpeg dies says so", async () => {
  const source = await scene.player(scene.camera.url);
  const recording = await scene.recorder("short.mkv", "MKV_VIDEO_ONLY");
  const seen: Record<string, unknown>[] = [];
  for (const type of ["Recording", "Stopped", "Error", "UriEndpointStateChanged"]) recording.on(type, (data) => seen.push(data));
  const frames = () => Number(scene.probe("short.mkv").streams[0]!.nb_read_frames);
  const record = async () => {
    seen.length = 0;
    await call(recording, "record");
    await until(() => (words(seen).includes("UriEndpointStateChanged START") ? null : "not recording"), 20_000);
  };
  await call(source, "connect", recording);
  await call(source, "play");
  await record();
  await call(recording, "stopAndWait");
  expect(frames()).toBeGreaterThan(0);
  const started = ["Recording", "UriEndpointStateChanged START"];
  expect(words(seen)).toEqual([...started, "UriEndpointStateChanged STOP", "Stopped"]);

  await record();
  const startMs = performance.now();
  await until(() => (performance.now() - startMs > 3_000 ? null : "recording"));
  const [writer, ...others] = writersOf("short.mkv");
  expect(others).toEqual([]);
  process.kill(writer!, "SIGKILL");
  await until(() => (words(seen).includes("UriEndpointStateChanged STOP") ? null : words(seen).join()), 10_000);
  expect(words(seen)).toEqual([...started, "RESOURCE_ERROR_WRITE", "UriEndpointStateChanged STOP"]);
  expect(seen[2]!["description"]).toMatch(/^Recording failed: ffmpeg ended with SIGKILL/);
  expect(frames()).toBeGreaterThan(25);
});
