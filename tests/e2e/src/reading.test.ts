import { lagMs, live, livenessProblem, type Reading } from "./reading";

const reading = (atMs: number, value: number | null): Reading => ({
  atMs,
  wallMs: 1_000_000 + atMs,
  decoded: value === null ? { value, reason: "The cell in row 1, column 1 is grey (luma 128)" } : { value },
});
/** `perSecond` pictures a second, each a new number. */
const film = (seconds: number, perSecond: number) =>
  Array.from({ length: seconds * perSecond }, (_, n) => reading((n * 1000) / perSecond, 100 + n));

test("five new numbers a second are live", () => {
  expect(livenessProblem(film(10, 5), live)).toBeNull();
  expect(livenessProblem(film(11, 30), live)).toBeNull();
});

test.each<[string, Reading[], string]>([
  ["nothing", [], "Expected pictures for 10 s, found none"],
  ["four a second", film(10, 4), "Expected 5 new numbers in each of 10 seconds, found 4, 4, 4, 4, 4, 4, 4, 4, 4, 4"],
  ["a film that stops", film(8, 6), "Expected 5 new numbers in each of 10 seconds, found 6, 6, 6, 6, 6, 6, 6, 6, 0, 0"],
  [
    "a paused publisher",
    Array.from({ length: 300 }, (_, n) => reading(n * 33, 77)),
    "Expected 5 new numbers in each of 10 seconds, found 1, 0, 0, 0, 0, 0, 0, 0, 0, 0",
  ],
  [
    "a film that begins again",
    [...film(5, 10), ...film(5, 10).map((r) => ({ ...r, atMs: r.atMs + 5000 }))],
    "Expected rising numbers, found 100 after 149 at 5000 ms",
  ],
  [
    "grey pictures",
    [...film(9, 10), ...Array.from({ length: 30 }, (_, n) => reading(9000 + n * 33, null))],
    "Expected 5 new numbers in each of 10 seconds, found 10, 10, 10, 10, 10, 10, 10, 10, 10, 0. " +
      "30 pictures of second 10 could not be decoded, the last: The cell in row 1, column 1 is grey (luma 128)",
  ],
])("%s: not live", (_name, readings, problem) => {
  expect(livenessProblem(readings, live)).toBe(problem);
});

describe("lag", () => {
  test("is the time since the publisher showed the viewer's last number", () => {
    const viewer = film(3, 10).map(({ atMs, wallMs, decoded }) => ({ atMs, wallMs: wallMs + 450, decoded }));
    expect(lagMs(film(4, 10), viewer)).toBe(450);
    expect(lagMs(film(4, 10), [...viewer, reading(3100, null)])).toBe(450);
  });
  test("can't be told without pictures, or with another film", () => {
    expect(() => lagMs(film(4, 10), [])).toThrow("Expected a number on the viewer's side, found no picture");
    expect(() => lagMs(film(1, 10), [reading(0, 5000)])).toThrow("Expected 5000 among the publisher's numbers, found 100 to 109");
  });
});
