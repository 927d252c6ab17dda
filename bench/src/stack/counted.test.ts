import { busyShare, counted, packetsPerSecondFor, rate, type Round } from "./counted";

test("what passed between is counted; the innermost reading is the last", async () => {
  const order: string[] = [];
  const counter = (name: string, ...values: number[]) => {
    return async () => (order.push(name), values.shift()!);
  };
  const act = async () => (order.push("act"), 4000);
  const { packets, cpuSeconds } = await counted({ media: counter("media", 10, 10.5), machine: counter("machine", 70, 71) }, act);
  expect({ packets, cpuSeconds }).toEqual({ packets: 4000, cpuSeconds: { media: 0.5, machine: 1 } });
  expect(order).toEqual(["media", "machine", "act", "machine", "media"]);
});

const round: Round<"machine"> = { packets: 120_000, seconds: 10, cpuSeconds: { machine: 6 } };

test("packets per CPU-second, with idle work and without", () => {
  expect(busyShare(round, "machine")).toBe(0.6);
  expect(rate(round, "machine")).toBe(20_000);
  expect(rate(round, "machine", 0.1)).toBe(24_000);
});

test("less CPU time than idle work takes is no figure", () => {
  expect(() => rate(round, "machine", 0.6)).toThrow(
    new Error(
      "machine: Expected more CPU time than the idle 6.00 s, found 6.00 s in 10.0 s with 120000 packets. Take it again on a quiet machine",
    ),
  );
});

test("half a core of a server that forwards 37,200 packets per CPU-second to eight viewers", () => {
  expect(packetsPerSecondFor(0.5, 37_200, 8)).toBe(2325);
  expect(packetsPerSecondFor(0.5, 1, 8)).toBe(1);
});
