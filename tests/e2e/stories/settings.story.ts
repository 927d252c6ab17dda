import type { Page } from "playwright-core";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "../src/pages";
import { rowsOf, type Row } from "../src/rows";
import { Scene } from "../src/scene";
import { until } from "../src/until";
import { liveProblem } from "../src/watch";

jest.setTimeout(60 * 60_000);

const title = `On and on ${Date.now()}`;
let scene: Scene;
let wall: Page;

/** Pages that are left open while services become other ones: nobody touches them. */
beforeAll(async () => {
  scene = await Scene.open();
  await scene.site.barecast.up(); // whatever was left to do is done before
  await goLive(await openReporter(await scene.phone(), scene.site), title);
  wall = await openConsole(await scene.desk(), scene.site);
  await awaitPicture(wall, title);
});
afterAll(() => scene?.close());

test("one changed setting updates one service, while a stream's counter goes on", async () => {
  const { site } = scene;
  const before = await site.services();

  // As long as the update takes, in pieces, and one more when it is done.
  const problems: (string | null)[] = [];
  let isDone = false;
  const watching = (async () => {
    for (let isLast = false; !isLast;) {
      isLast = isDone;
      problems.push(await liveProblem(wall, picture(title), { seconds: 5, newValuesPerSecond: 5 }));
    }
  })();
  await scene.change({ console: { title: "Another room" } }).finally(() => (isDone = true));
  await watching;
  expect(problems.filter(Boolean)).toEqual([]);

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

const streamId = () => wall.getAttribute(picture(title), "data-stream-id", { timeout: 1000 });

/** The same title on the wall with a new stream, that moves. */
async function awaitAnother(than: string | null, withinMs: number): Promise<void> {
  const change = async () => ((await streamId()) === than ? `Still the stream ${than}` : null);
  await until("The phone publishes again", change, { withinMs });
  await awaitPicture(wall, title);
  expect(await liveProblem(wall, picture(title))).toBeNull();
}

const ends = async (className: "Stream" | "Recording", id: string | null) =>
  (await rowsOf(wall, className, { streamId: id })).map(({ reason, endedAt }) => ({ reason, hasEnded: endedAt !== undefined }));
const open: Row = { reason: undefined, hasEnded: false };

test("an update of the signaling server: the phone publishes again by itself", async () => {
  const first = await streamId();
  await scene.change({ media: { maxBitrateBps: 2_000_000 } });
  await awaitAnother(first, 90_000);
  expect(await ends("Stream", first)).toEqual([{ reason: "The signaling server restarted", hasEnded: true }]);
  expect(await ends("Recording", first)).toEqual([{ reason: undefined, hasEnded: true }]);
  expect(await ends("Stream", await streamId())).toEqual([open]);
});

test("a signaling server that is killed: the same, and what it left open is ended with a reason", async () => {
  const first = await streamId();
  await scene.site.killService("signaling");
  await awaitAnother(first, 120_000);
  const lost = { reason: "The signaling server was lost", hasEnded: true };
  await until(
    "Its rows are ended",
    async () => {
      const found = JSON.stringify([await ends("Stream", first), await ends("Recording", first)]);
      return found === JSON.stringify([[lost], [lost]]) ? null : found;
    },
    { withinMs: 180_000, everyMs: 2000 },
  );
  expect([await ends("Stream", await streamId()), await ends("Recording", await streamId())]).toEqual([[open], [open]]);
});
