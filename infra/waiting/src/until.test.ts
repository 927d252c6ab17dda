import { until } from "./until";

test("ends when nothing is missing", async () => {
  let calls = 0;
  await until(() => (++calls < 3 ? `only ${calls}` : null), { withinMs: 1000, everyMs: 1 });
  expect(calls).toBe(3);
});

test("fails with the last reason, in the caller's words where it has some", async () => {
  const reasons = ["first", "second"];
  const check = () => (reasons.length > 1 ? reasons.shift()! : reasons[0]!);
  await expect(until(check, { withinMs: 20, everyMs: 5 })).rejects.toThrow(/^second \(waited 0\.0 s\)$/);
  await expect(until(check, { withinMs: 0, fail: (reason) => new Error(`It is still ${reason}`) })).rejects.toThrow(/^It is still second$/);
});

test("what the check throws, and a signal, end the waiting at once", async () => {
  await expect(until(() => Promise.reject(new Error("gone")), { withinMs: 60_000 })).rejects.toThrow(/^gone$/);
  const abort = new AbortController();
  const waiting = until(() => (abort.abort(new Error("interrupted")), "not yet"), { withinMs: 60_000, everyMs: 1, signal: abort.signal });
  await expect(waiting).rejects.toThrow(/^interrupted$/);
});

test("a clock that stands still costs no patience", async () => {
  let [calls, ms] = [0, 0];
  const check = () => (++calls < 50 ? "not yet" : null);
  await until(check, { withinMs: 1, everyMs: 0, clock: () => ms });
  await expect(until(() => "never", { withinMs: 10, everyMs: 0, clock: () => (ms += 5) })).rejects.toThrow(/^never \(waited 0\.0 s\)$/);
});
