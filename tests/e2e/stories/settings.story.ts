import { awaitPicture, goLive, openConsole, openReporter, picture } from "../src/pages";
import { Scene } from "../src/scene";
import { until } from "../src/until";
import { liveProblem } from "../src/watch";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

test("one changed setting updates one service, while a stream's counter goes on", async () => {
  const { site } = scene;
  await site.barecast.up(); // whatever was left to do is done before
  const title = `On ${Date.now()}`;
  const reporter = await openReporter(await scene.phone(), site);
  await goLive(reporter, title);
  const wall = await openConsole(await scene.desk(), site);
  await awaitPicture(wall, title);
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
  const undo = await scene.change({ console: { title: "Another room" } }).finally(() => (isDone = true));
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
  await undo();
});
