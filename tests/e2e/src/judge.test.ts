import { judged, stolenBefore } from "./judge";
import type { Liveness, Reading } from "./reading";
import { StolenTime, type Span } from "./stolen";

const wanted: Liveness = { seconds: 2, newValuesPerSecond: 1 };
const startMs = 1_000_000;
const reading = (second: number, value: number): Reading => ({
  atMs: second * 1000,
  wallMs: startMs + second * 1000,
  decoded: { value },
});
const [live, still] = [
  [reading(0, 1), reading(1, 2)],
  [reading(0, 1), reading(1, 1)],
];
const span = (fromSecond: number, stolen: number): Span => ({
  fromMs: startMs + fromSecond * 1000,
  toMs: startMs + (fromSecond + 1) * 1000,
  stolen,
});
const measured = (...spans: Span[]) => ({ stop: () => spans });

let warnings: jest.SpyInstance;
beforeEach(() => (warnings = jest.spyOn(console, "warn").mockReturnValue()));
afterEach(() => jest.restoreAllMocks());

test("a picture that stands still on a machine that has its time is judged at once", async () => {
  const look = jest.fn(() => Promise.resolve([still] as const));
  const { problem } = await judged(wanted, look, () => measured(span(0, 0), span(1, 0.19)));
  expect(problem).toBe("Expected 1 new numbers in each of 2 seconds, found 1, 0");
  expect(look).toHaveBeenCalledTimes(1);
  expect(warnings).not.toHaveBeenCalled();
});

test("one on a machine that was taken is watched again, and what comes then counts", async () => {
  const looks = [still, still, live];
  const { problem, readings } = await judged(
    wanted,
    () => Promise.resolve([looks.shift()!] as const),
    () => measured(span(1, 0.6)),
  );
  expect(problem).toBeNull();
  expect(readings).toEqual([live]);
  expect(warnings).toHaveBeenCalledTimes(2);
  expect(warnings).toHaveBeenCalledWith(
    "Not judged, and watched again: Expected 1 new numbers in each of 2 seconds, found 1, 0, while 60 % of the machine was taken by its host",
  );
});

test("numbers that fall are wrong; on a machine that was taken the player may have joined anew, and is watched again", async () => {
  const falls = [reading(0, 5), reading(1, 3)];
  const { problem } = await judged(
    wanted,
    () => Promise.resolve([falls] as const),
    () => measured(span(1, 0.1)),
  );
  expect(problem).toBe("Expected rising numbers, found 3 after 5 at 1000 ms");
  const looks = [falls, live];
  const look = () => Promise.resolve([looks.shift()!] as const);
  expect((await judged(wanted, look, () => measured(span(1, 0.9)))).problem).toBeNull();
});

test("a machine that never has its time ends in a failure", async () => {
  let nowMs = startMs;
  jest.spyOn(Date, "now").mockImplementation(() => (nowMs += 60_000));
  const { problem } = await judged(
    wanted,
    () => Promise.resolve([still] as const),
    () => measured(span(1, 0.5)),
  );
  expect(problem).toMatch(/^Expected .* while 50 % of the machine was taken by its host, for 10 minutes$/);
});

test.each([
  ["in the second", [span(14, 0.5)], 0.5],
  ["the most of several", [span(12, 0.3), span(14, 0.25)], 0.3],
  ["ten seconds before", [span(4, 0.9)], 0.9],
  ["long before", [span(3, 0.9)], 0],
  ["afterwards", [span(15, 0.9)], 0],
  ["too little", [span(14, 0.1)], 0],
  ["never", [], 0],
])("what was taken before a poor second: %s", (_name, spans, stolen) => {
  expect(stolenBefore(spans, startMs + 14_000)).toBe(stolen);
});

test("this machine's time is noted", async () => {
  const time = new StolenTime();
  const began = Date.now();
  while (Date.now() - began < 100) await new Promise(setImmediate);
  const spans = time.stop();
  expect(spans).toHaveLength(1);
  expect(spans[0]!.stolen).toBeGreaterThanOrEqual(0);
  expect(spans[0]!.stolen).toBeLessThanOrEqual(1);
  expect(spans[0]!.toMs - spans[0]!.fromMs).toBeGreaterThanOrEqual(100);
});
