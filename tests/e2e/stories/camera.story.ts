import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import type { Camera } from "../src/camera";
import { placesWith, readableOf } from "../src/leaks";
import { awaitPicture, goLive, openConsole, openRecording, openReporter, picture, seek, stop, tile } from "../src/pages";
import { rowsOf } from "../src/rows";
import { Scene } from "../src/scene";
import { base64sOf } from "../src/traces";
import { until } from "../src/until";
import { liveProblem, problemsDuring, readStill } from "../src/watch";

jest.setTimeout(60 * 60_000);

const user = "wallviewer";
const [password, wrongPassword] = [`right-${randomUUID()}`, `wrong-${randomUUID()}`];
const gone = "rtsp://172.30.241.254:8554/stream";

let scene: Scene;
let camera: Camera;
let other: Camera;
let wall: Page;

/** Four cameras of one site file: two as they should be, one that is not there, one whose password is wrong. */
beforeAll(async () => {
  scene = await Scene.open();
  [camera, other] = await Promise.all([scene.camera({ user, password, auth: "digest" }), scene.camera()]);
  await scene.site.barecast.setSecret("gate", password);
  await scene.site.barecast.setSecret("yard", wrongPassword);
  await scene.change({
    cameras: {
      barn: { title: "Barn", url: other.url },
      gate: { title: "Gate", url: camera.url, username: user, passwordSecret: "gate" },
      roof: { title: "Roof", url: gone },
      yard: { title: "Yard", url: camera.url, username: user, passwordSecret: "yard" },
    },
  });
  wall = await openConsole(await scene.desk(), scene.site);
});
afterAll(() => scene?.close());

const problem = () => liveProblem(wall, picture("Gate"));

test("a camera of the site file is seen", async () => {
  await awaitPicture(wall, "Gate", 120_000);
  expect(await problem()).toBeNull();
});

test.each([
  ["is not there", "Roof", `No answer from ${gone}`],
  ["has a wrong password", "Yard", () => `Wrong username or password for ${camera.url}`],
])("a camera that %s: said so on the wall and in the log, and the other one goes on", async (_what, title, wanted) => {
  await awaitSaidDown(title, typeof wanted === "string" ? wanted : wanted());
  expect(await problem()).toBeNull();
});

/** Waits until the wall says that a camera is down, and why; then the log does, too. */
async function awaitSaidDown(title: string, reason: string): Promise<void> {
  await until(
    `The tile of ${title}`,
    async () => {
      const text = (await wall.locator(tile(title)).innerText()).replace(/\s+/g, " ");
      const isDown = (await wall.getAttribute(tile(title), "data-state")) === "down";
      return isDown && text.includes("No picture") && text.includes(reason) ? null : `It says "${text}"`;
    },
    { withinMs: 90_000 },
  );
  // It may have said others before, each true when it was said.
  const isLastWord = async () => {
    const wanted = { level: "warn", message: "Camera is down", camera: title.toLowerCase(), reason, time: expect.any(String) as string };
    expect(await lastDownLine(title.toLowerCase())).toEqual(wanted);
    return null;
  };
  await until(`The log's last word on ${title}`, isLastWord, { withinMs: 60_000, everyMs: 1000 });
}

/** What the log says of a camera that is down, the last time. */
async function lastDownLine(name: string): Promise<unknown> {
  const log = await scene.site.barecast.verb(["logs", "signaling", "--lines", "500"], 120_000);
  const line = log.split("\n").findLast((text) => text.includes('"Camera is down"') && text.includes(`"${name}"`));
  return line && (JSON.parse(line) as unknown);
}

test("who watches reads in Parse how the cameras are, and nothing else of them", async () => {
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
  const areAsSeen = async () => {
    const rows = (await rowsOf(wall, "Camera", {})).sort((a, b) => (String(a["name"]) < String(b["name"]) ? -1 : 1));
    expect(rows).toEqual([
      { name: "barn", title: "Barn", state: "live", since },
      { name: "gate", title: "Gate", state: "live", since },
      { name: "roof", title: "Roof", state: "down", reason: `No answer from ${gone}`, since },
      { name: "yard", title: "Yard", state: "down", reason: `Wrong username or password for ${camera.url}`, since },
    ]);
    return null;
  };
  await until("The rows of all cameras", areAsSeen, { withinMs: 120_000, everyMs: 500 });
});

test("a camera that stops while it is seen: said so, and a phone and a camera beside it go on all the while", async () => {
  const title = `Beside ${Date.now()}`;
  const reporter = await openReporter(await scene.phone(), scene.site);
  await goLive(reporter, title);
  await awaitPicture(wall, title);
  await awaitPicture(wall, "Barn");
  const streamId = await wall.getAttribute(picture(title), "data-stream-id");
  const stopIt = async () => {
    await other.container.stop();
    await awaitSaidDown("Barn", `No answer from ${other.url}`);
  };
  expect(await problemsDuring(wall, [picture(title), picture("Gate")], stopIt)).toEqual([]);
  expect(await wall.getAttribute(picture(title), "data-stream-id")).toBe(streamId);
  await stop(reporter);
});

test("no password of a camera can be read in Docker, command lines, logs or state", async () => {
  const places = await readableOf(scene.site, ["signaling", "media-one"]);
  expect(placesWith(places, user)).toEqual(["configs"]); // so what is looked through is what it should be
  expect(placesWith(places, "Camera is down")).toEqual(["log of signaling"]);
  for (const secret of [password, wrongPassword]) {
    expect(placesWith(places, secret)).toEqual([]);
    for (const encoded of base64sOf(secret)) expect(placesWith(places, encoded)).toEqual([]);
  }
});

test("its recording ends when it goes from the site, and plays with seeking", async () => {
  await scene.undoChanges();
  expect(await rowsOf(wall, "Camera", {})).toEqual([]);
  const player = await openRecording(wall, "Gate", 120_000);
  const numbers: number[] = [];
  for (const seconds of [2, 12]) {
    await seek(wall, player, seconds);
    const { value, reason } = await readStill(wall, player);
    if (value === null) throw new Error(`At ${seconds} s of the recording: ${reason}`);
    numbers.push(value);
  }
  // Fifteen numbers a second; a seek lands on the picture before.
  expect(Math.abs(numbers[1]! - numbers[0]! - 10 * 15)).toBeLessThan(8);
});
