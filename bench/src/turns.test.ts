import { byTurns } from "./turns";

test("each is first in half of the rounds, and the round before them does not count", async () => {
  const order: string[] = [];
  const measured = await byTurns(["a", "b"], 2, async (name) => order.push(name));
  expect(order.join("")).toBe("abbaab");
  expect(measured).toEqual({ a: [4, 5], b: [3, 6] });
});

test("as many rounds as are said do not count", async () => {
  const order: string[] = [];
  const measured = await byTurns(["a", "b"], 1, async (name) => order.push(name), 2);
  expect(order.join("")).toBe("abbaab");
  expect(measured).toEqual({ a: [5], b: [6] });
});
