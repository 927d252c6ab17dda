import { figureText, isReached, type Figure } from "./report";

const figure: Figure = { name: "join", value: 1.418, unit: "", reach: { atMost: 1.3 }, detail: "310 ms / 218 ms" };

test("a figure that falls short says so", () => {
  expect(figureText(figure)).toBe("SHORT join: 1.42 (at most 1.3); 310 ms / 218 ms");
  expect(figureText({ ...figure, reach: { atLeast: 1.4 } })).toBe("ok    join: 1.42 (at least 1.4); 310 ms / 218 ms");
  expect(figureText({ ...figure, value: 899.6, unit: "MB", reach: undefined })).toBe("ok    join: 900 MB; 310 ms / 218 ms");
});

test("the aim itself is reached", () => {
  expect([isReached({ ...figure, value: 1.3 }), isReached({ ...figure, value: 1.31 })]).toEqual([true, false]);
});
