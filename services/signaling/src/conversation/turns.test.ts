import { turnsBy } from "./turns";

test("work of one key is done a few at a time in its order, that of another key at once; what fails passes its turn on", async () => {
  const inTurn = turnsBy(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (key: string, name: string) =>
    inTurn(key, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, () => (name === "a1" ? reject(new Error(name)) : resolve(name))));
    });
  const [a1, a2, a3, a4] = ["a1", "a2", "a3", "a4"].map((name) => work("a", name));
  const b1 = work("b", "b1");
  expect(begun).toEqual(["a1", "a2", "b1"]);
  ends.get("b1")!();
  expect(await b1).toBe("b1");
  ends.get("a1")!();
  await expect(a1).rejects.toThrow("a1");
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  ends.get("a2")!();
  expect(await a2).toBe("a2");
  expect(begun).toEqual(["a1", "a2", "b1", "a3", "a4"]);
  ends.get("a3")!();
  ends.get("a4")!();
  expect(await Promise.all([a3, a4])).toEqual(["a3", "a4"]);
  const a5 = work("a", "a5");
  expect(begun.at(-1)).toBe("a5");
  ends.get("a5")!();
  expect(await a5).toBe("a5");
});
