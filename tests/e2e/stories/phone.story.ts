import { judged } from "../src/judge";
import { awaitPicture, goLive, openConsole, openRecording, openReporter, picture, preview, seek, stop } from "../src/pages";
import { lagMs, live, livenessProblem } from "../src/reading";
import { Scene } from "../src/scene";
import { until } from "../src/until";
import { liveProblem, readCounter, readStill } from "../src/watch";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

test("a phone publishes; the control room sees it move, and plays the recording", async () => {
  const title = `Phone ${Date.now()}`;
  const [phone, desk] = [await scene.phone(), await scene.desk()];
  const reporter = await openReporter(phone, scene.site);
  await goLive(reporter, title);
  const wall = await openConsole(desk, scene.site);
  await awaitPicture(wall, title);

  const {
    problem,
    readings: [seen, published],
  } = await judged(live, () =>
    Promise.all([readCounter(wall, picture(title), live.seconds), readCounter(reporter, preview, live.seconds + 2)]),
  );
  expect(problem).toBeNull();
  expect(lagMs(published, seen)).toBeLessThan(2000);

  await setEnabled(false);
  const paused = await readCounter(wall, picture(title), live.seconds);
  expect(livenessProblem(paused, live)).toMatch(/^Expected /);
  await setEnabled(true);
  const soon = { seconds: 2, newValuesPerSecond: live.newValuesPerSecond };
  await until("The picture moves again", async () => livenessProblem(await readCounter(wall, picture(title), soon.seconds), soon), {
    withinMs: 90_000,
  });
  expect(await liveProblem(wall, picture(title))).toBeNull();
  await stop(reporter);

  const answers: number[] = [];
  wall.on("response", (response) => response.url().includes("/rec/") && answers.push(response.status()));
  const player = await openRecording(wall, title);
  const [early, late] = [await numberAt(2), await numberAt(7)];
  expect(early).toBeGreaterThanOrEqual(published[0]!.decoded.value! - 30 * 30);
  // The camera shows 30 numbers a second, whatever the encoder leaves out.
  expect(Math.abs(late - early - 5 * 30)).toBeLessThan(20);
  expect(await numberAt(2)).toBe(early);
  expect(answers).toContain(206);

  async function numberAt(seconds: number): Promise<number> {
    const position = await seek(wall, player, seconds);
    const { value, reason } = await readStill(wall, player);
    if (value === null) throw new Error(`At ${position} s of the recording: ${reason}`);
    return value;
  }
  async function setEnabled(isEnabled: boolean): Promise<void> {
    await reporter.locator(preview).evaluate((video: HTMLVideoElement, on) => {
      for (const track of (video.srcObject as MediaStream).getVideoTracks()) track.enabled = on;
    }, isEnabled);
  }
});
