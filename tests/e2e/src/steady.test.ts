import { steady } from "./steady";

test("what changes is looked at until it changes no more", async () => {
  const looks = [["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c"], ["d"]];
  const seen = await steady("Letters", async () => looks.shift()!, { withinMs: 5000, everyMs: 1 });
  expect({ seen, left: looks.length }).toEqual({ seen: ["a", "b", "c"], left: 1 });
});

test("what never rests is told with its last change", async () => {
  let number = 0;
  const look = async () => (number = (number + 1) % 2);
  await expect(steady("A number", look, { withinMs: 20, everyMs: 1 })).rejects.toThrow(
    /^A number: Seen one after the other: \[(1,0|0,1)\] \(waited /,
  );
});
