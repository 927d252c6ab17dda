import { request, signIn } from "@barecast/cli";
import type { Page } from "playwright-core";
import type { Login } from "../src/barecast";
import { judged } from "../src/judge";
import { awaitPicture, goLive, openConsole, openRecording, openReporter, picture, preview, seek, stop } from "../src/pages";
import { lagMs, live, livenessProblem } from "../src/reading";
import { Scene } from "../src/scene";
import type { SiteUnderTest } from "../src/site";
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
  const atFirst = await numberIn(reporter, preview);
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
  await wall.locator(player).evaluate((video: HTMLVideoElement) => video.play());
  expect(await liveProblem(wall, player, { seconds: 3, newValuesPerSecond: live.newValuesPerSecond })).toBeNull();

  const [early, late] = [await numberAt(2), await numberAt(7)];
  // The camera shows 30 numbers a second, whatever the encoder leaves out. It was recorded from when it went live.
  expect(Math.abs(early - atFirst - 2 * 30)).toBeLessThan(3 * 30);
  // What Chromium's camera misses while the computer is busy it doesn't make up for: there may be fewer numbers in a time, not more.
  expect(late - early).toBeGreaterThan((5 * 30) / 2);
  expect(late - early).toBeLessThan(5 * 30 + 20);
  expect(await numberAt(2)).toBe(early);
  expect(answers).toContain(206);

  const { pathname } = new URL(await wall.locator(player).evaluate((video: HTMLVideoElement) => video.currentSrc));
  expect(await answersFor(scene.site, pathname)).toEqual({
    nobody: [401, { code: "unauthenticated", message: "Sign in first" }],
    "a session that never was": [401, { code: "unauthenticated", message: "The session is not valid any more. Sign in again" }],
    reporter: [403, { code: "forbidden", message: "reporter may not see recordings: the role operator is needed" }],
    operator: [206, "bytes 0-99"],
  });

  async function numberAt(seconds: number): Promise<number> {
    await seek(wall, player, seconds);
    return numberIn(wall, player);
  }
  async function setEnabled(isEnabled: boolean): Promise<void> {
    await reporter.locator(preview).evaluate((video: HTMLVideoElement, on) => {
      for (const track of (video.srcObject as MediaStream).getVideoTracks()) track.enabled = on;
    }, isEnabled);
  }
});

async function numberIn(page: Page, selector: string): Promise<number> {
  const { value, reason } = await readStill(page, selector);
  if (value === null) throw new Error(reason ?? "There is no number");
  return value;
}

/** What is answered to those who ask for the first hundred bytes of a recording: the status, and the words or what was sent. */
async function answersFor({ about, up }: SiteUnderTest, file: string): Promise<Record<string, unknown>> {
  const endpoint = { domain: about.domain, address: up.machineAddress, port: 443, ca: about.ca };
  const cookieOf = ({ username, password }: Login) => signIn(endpoint, username, password);
  const [operator, reporter] = [await cookieOf(up.operator), await cookieOf(up.reporter)];
  const unknown = operator.replace(/=.*/, `=r:${"0".repeat(32)}`);
  const ask = async (cookie?: string) => {
    const range = { range: "bytes=0-99", ...(cookie === undefined ? {} : { cookie }) };
    const { status, headers, text } = await request(endpoint, "GET", file, { headers: range });
    return [status, status === 206 ? String(headers["content-range"]).replace(/\/\d+$/, "") : JSON.parse(text)];
  };
  return {
    nobody: await ask(),
    "a session that never was": await ask(unknown),
    reporter: await ask(reporter),
    operator: await ask(operator),
  };
}
