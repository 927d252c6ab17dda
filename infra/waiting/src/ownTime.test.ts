import { coreTimes, ownTime, readTimes, stolenBetween } from "./ownTime";

test("the cores' times of /proc/stat: guests' are counted in the user's", () => {
  const text = "cpu  100 0 200 600 50 10 10 30 70 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
  expect(readTimes(text, 7)).toEqual({ atMs: 7, total: 1000, steal: 30 });
  expect(readTimes("nothing of that kind", 7)).toEqual({ atMs: 7, total: 0, steal: 0 });
  expect(stolenBetween({ atMs: 0, total: 1000, steal: 30 }, { atMs: 1, total: 1200, steal: 130 })).toBe(0.5);
});

test("own time goes slower by what the host takes, and as the computer's where none is told", () => {
  const times = [
    { atMs: 0, total: 0, steal: 0 },
    { atMs: 10, total: 0, steal: 0 },
    { atMs: 1000, total: 200, steal: 100 },
    { atMs: 2000, total: 400, steal: 100 },
    { atMs: 3000, total: 400, steal: 100 },
  ];
  const clock = ownTime(() => times.shift()!);
  expect([clock(), clock(), clock(), clock()]).toEqual([10, 500, 1500, 2500]);
});

test("this computer's own never goes faster than its clock", () => {
  const [clock, began] = [ownTime(), coreTimes()];
  const own = clock();
  expect(own).toBeGreaterThanOrEqual(0);
  expect(own).toBeLessThanOrEqual(coreTimes().atMs - began.atMs + 50);
});
