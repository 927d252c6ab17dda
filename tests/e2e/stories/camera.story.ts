import { awaitPicture, openConsole, openRecording, picture, seek, tile } from "../src/pages";
import { live, livenessProblem } from "../src/reading";
import { Scene } from "../src/scene";
import { until } from "../src/until";
import { readCounter, readStill } from "../src/watch";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

test("a camera of the site file is seen and recorded; one that is down says so, and nothing else suffers", async () => {
  const camera = await scene.camera();
  const gone = "rtsp://172.30.241.254:8554/stream";
  const undo = await scene.change({ cameras: { gate: { title: "Gate", url: camera.url }, roof: { title: "Roof", url: gone } } });
  const desk = await scene.desk();
  const wall = await openConsole(desk, scene.site);
  await awaitPicture(wall, "Gate", 60_000);
  expect(livenessProblem(await readCounter(wall, picture("Gate"), live.seconds), live)).toBeNull();

  await until(
    "The camera that is down",
    async () => {
      const text = (await wall.locator(tile("Roof")).innerText()).replace(/\s+/g, " ");
      return (await wall.getAttribute(tile("Roof"), "data-state")) === "down" && text.includes("No picture")
        ? null
        : `The tile says "${text}"`;
    },
    { withinMs: 30_000 },
  );
  expect(livenessProblem(await readCounter(wall, picture("Gate"), live.seconds), live)).toBeNull();

  await undo(); // the camera goes from the site, its recording ends
  const player = await openRecording(wall, "Gate", 60_000);
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
