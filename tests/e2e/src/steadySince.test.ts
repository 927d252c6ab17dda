import { steadySince } from "./steadySince";

/** Takes 10 ms for each answer. */
function asked(answers: readonly (string | null)[]) {
  let [calls, nowMs] = [0, 0];
  const ask = async () => {
    nowMs += 10;
    return answers[Math.min(calls++, answers.length - 1)]!;
  };
  return (times: number, withinMs = 60_000) => steadySince("All is answered", ask, { times, withinMs, everyMs: 1 }, () => nowMs);
}

test("the first answer of the first row that is long enough counts, from when it was asked", async () => {
  expect(await asked([null])(3)).toBe(0);
  expect(await asked(["502", null, null, "502", null])(3)).toBe(40);
});

test("a row that is too short is told, and what was wrong", async () => {
  await expect(asked(["502"])(3, 30)).rejects.toThrow(/^All is answered: 502 \(waited/);
  await expect(asked([null])(1_000_000, 30)).rejects.toThrow(/^All is answered: Answered \d+ times in a row \(waited/);
});
