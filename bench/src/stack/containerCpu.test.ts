import { secondsOf } from "./containerCpu";

test("CPU time of both versions of cgroups, in seconds", () => {
  expect(secondsOf("1500000\n")).toBe(1.5);
  expect(secondsOf("1500000000 ns\n")).toBe(1.5);
  expect(() => secondsOf("")).toThrow('Expected a number, found ""');
});
