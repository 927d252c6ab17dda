import type { Page } from "playwright-core";
import { picture } from "../src/pages";
import { onAir, open, type OnAir } from "../src/onAir";
import { Scene } from "../src/scene";
import { until } from "../src/until";
import { problemsDuring } from "../src/watch";

jest.setTimeout(60 * 60_000);

const title = `On and on ${Date.now()}`;
let scene: Scene;
let wall: Page;
let stream: OnAir;

/** Pages that are left open while services become other ones: nobody touches them. */
beforeAll(async () => {
  scene = await Scene.open();
  await scene.site.barecast.up(); // whatever was left to do is done before
  stream = await onAir(scene, title);
  wall = stream.wall;
});
afterAll(() => scene?.close());

test("one changed setting updates one service, while a stream's counter goes on", async () => {
  const { site } = scene;
  const before = await site.services();

  const change = () => scene.change({ console: { title: "Another room" } });
  expect(await problemsDuring(wall, [picture(title)], change)).toEqual([]);

  const after = await site.services();
  const changed = Object.keys(after).filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
  expect(changed).toEqual([`${site.about.name}-web`]);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  const other = await (await scene.desk()).newPage();
  await until(
    "The new title",
    async () => {
      await other.goto(`${site.origin}/`);
      const found = await other.title();
      return found.includes("Another room") ? null : `The page is called "${found}"`;
    },
    { withinMs: 60_000, everyMs: 500 },
  );
  await other.close();
});

test("an update of the signaling server: the phone publishes again by itself", async () => {
  const first = await stream.id();
  await scene.change({ media: { maxBitrateBps: 2_000_000 } });
  await stream.awaitAnother(first, 90_000);
  expect(await stream.ends("Stream", first)).toEqual([{ reason: "The signaling server restarted", hasEnded: true }]);
  expect(await stream.ends("Recording", first)).toEqual([{ reason: undefined, hasEnded: true }]);
  expect(await stream.ends("Stream", await stream.id())).toEqual([open]);
});
