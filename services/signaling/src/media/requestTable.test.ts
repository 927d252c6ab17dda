import { createRequire } from "node:module";
import fc from "fast-check";
import { RequestTable } from "./requestTable";

const Mapper = createRequire(require.resolve("kurento-client"))("kurento-jsonrpc/lib/Mapper") as new () => RequestTable<number>;

const step = fc.record({
  method: fc.constantFrom("set", "unset", "get", "pop", "remove"),
  // Numbers, and their texts: they come back from the server by JSON.
  id: fc.oneof(
    fc.nat(4),
    fc.nat(4).map((number) => String(number)),
  ),
  source: fc.constantFrom(undefined, "a", "b"),
});

/** What a table answers to a step, and what it holds afterwards. */
function taken(table: RequestTable<number>, { method, id, source }: typeof step extends fc.Arbitrary<infer S> ? S : never, value: number) {
  const answer = method === "get" || method === "pop" ? table[method](id, source) : undefined;
  if (method === "set") table.set(value, id, source);
  if (method === "unset") table.set(value % 2 ? null : undefined, id, source);
  if (method === "remove") table.remove(id, source);
  const values: number[] = [];
  table.forEach((held) => values.push(held));
  return { answer, values: values.sort((a, b) => a - b) };
}

test("it answers as kurento-jsonrpc's own, whatever is asked of it", () => {
  const steps = fc.array(step, { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const [ours, theirs] = [new RequestTable<number>(), new Mapper()];
      for (const [index, one] of all.entries()) expect(taken(ours, one, index)).toEqual(taken(theirs, one, index));
    }),
    { seed: 20261130, numRuns: 500 },
  );
});
