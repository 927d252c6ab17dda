import { until } from "./until";

test("ends when nothing is missing", async () => {
  let calls = 0;
  await until("Third time", () => (++calls < 3 ? `only ${calls}` : null), { withinMs: 1000, everyMs: 1 });
  expect(calls).toBe(3);
});

test("fails with the last reason, be it said or thrown", async () => {
  const reasons = [() => "first", () => Promise.reject(new Error("second"))];
  const check = () => (reasons.length > 1 ? reasons.shift()!() : reasons[0]!());
  await expect(until("A stream", check, { withinMs: 20, everyMs: 5 })).rejects.toThrow(/^A stream: second \(waited 0\.\d s\)$/);
});

test("what the host takes costs no patience, and is told", async () => {
  const realNow = Date.now();
  let passedMs = 0;
  jest.spyOn(Date, "now").mockImplementation(() => realNow + passedMs);
  const check = () => ((passedMs += 2000), "nothing yet");
  await expect(until("A stream", check, { withinMs: 5000, everyMs: 0 }, () => passedMs / 2)).rejects.toThrow(
    "A stream: nothing yet (waited 10.0 s, of which its host took 5.0 s)",
  );
  jest.restoreAllMocks();
});
