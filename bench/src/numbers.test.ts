import { median, percentile, spread } from "./numbers";

test("the median of an odd and of an even number of values", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
});

test("percentiles by nearest rank: the 95th of thirty is the 29th", () => {
  const thirty = Array.from({ length: 30 }, (_, index) => 30 - index);
  expect([percentile(thirty, 0.95), percentile(thirty, 0.5), percentile(thirty, 1), percentile([7], 0.95)]).toEqual([29, 15, 30, 7]);
});

test("no values have no middle", () => {
  expect(() => median([])).toThrow(new RangeError("Expected values, found none"));
});

test("spread in words", () => {
  expect(spread([3.6, 12.2, 7])).toBe("4 to 12");
});
