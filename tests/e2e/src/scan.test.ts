import { portsOf } from "./scan";

test("a program reads ports as one and as ranges", () => {
  const read = new Function(`return ${portsOf}`)() as (text: string) => number[];
  expect(read("22,40-42,7")).toEqual([22, 40, 41, 42, 7]);
  expect(read("1-65535")).toHaveLength(65_535);
});
