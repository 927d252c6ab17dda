import { bind, PortRange } from "./portRange";

const [address, min, max] = ["127.0.0.1", 41_280, 41_283] as const;

test("ports are given in turn, taken ones are left out, and none is none", async () => {
  const range = new PortRange(address, min, max);
  expect([await range.next(), await range.next()]).toEqual([min, min + 1]);
  expect((await Promise.all([range.next(), range.next()])).toSorted()).toEqual([min + 2, max]);
  const taken = [await bind(address, min), await bind(address, min + 1)];
  expect([await range.next(), await range.next(), await range.next()]).toEqual([min + 2, max, min + 2]);
  taken.push(await bind(address, min + 2), await bind(address, max));
  expect(await range.next()).toBeUndefined();
  taken[3]!.close();
  expect(await range.next()).toBe(max);
  for (const socket of taken.slice(0, 3)) socket!.close();
});
