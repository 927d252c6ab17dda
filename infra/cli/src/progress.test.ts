import { Progress, seconds } from "./progress";

const ci = process.env.CI;
beforeEach(() => {
  delete process.env.CI;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  if (ci === undefined) delete process.env.CI;
  else process.env.CI = ci;
});

/** All that is written while an `up` of three steps runs, the last of which fails. */
async function written(isTTY: boolean): Promise<string> {
  let text = "";
  const out = { isTTY, write: (part: string) => (text += part) } as unknown as NodeJS.WriteStream;
  const progress = new Progress(out, new AbortController().signal);
  await progress.step("Check", () => Promise.resolve());
  await progress.step("Platform (runner)", async (note) => {
    await jest.advanceTimersByTimeAsync(1500);
    progress.line("create   Service        web                            1.2s");
    await jest.advanceTimersByTimeAsync(62_600);
    note("1 create");
  });
  const failing = () => jest.advanceTimersByTimeAsync(400).then(() => Promise.reject(new Error("no answer")));
  await expect(progress.step("Verify: the site answers", failing)).rejects.toThrow("no answer");
  return text;
}
const told = [
  "  Check                                0.0s\n",
  "    create   Service        web                            1.2s\n",
  "  Platform (runner)                   1m04s  1 create\n",
  "  Verify: the site answers             0.4s  failed\n",
] as const;

test("into a pipe: a line for what happened, and one for each step at its end", async () => {
  expect(await written(false)).toBe(told.join(""));
});

test("on a terminal: the step that runs, too, drawn over each second", async () => {
  const clear = "\r\x1b[2K";
  const running = (after: readonly string[]) => after.map((time) => `${clear}  Platform (runner) … ${time}`).join("");
  const minute = Array.from({ length: 58 }, (_, second) => `${second + 2}.0s`);
  expect(await written(true)).toBe(
    [
      `  Check … 0.0s${clear}${told[0]}`,
      `  Platform (runner) … 0.0s${running(["1.0s"])}${clear}${told[1]}  Platform (runner) … 1.5s`,
      `${running([...minute, "1m00s", "1m01s", "1m02s", "1m03s", "1m04s"])}${clear}${told[2]}`,
      `  Verify: the site answers … 0.0s${clear}${told[3]}`,
    ].join(""),
  );
});

test("a terminal of a CI job is a pipe", async () => {
  process.env.CI = "true";
  expect(await written(true)).toBe(told.join(""));
});

test("durations are six characters wide", () => {
  expect([0, 9_940, 59_940, 59_960, 119_600, 3_725_000].map(seconds)).toEqual(["  0.0s", "  9.9s", " 59.9s", " 1m00s", " 2m00s", "62m05s"]);
});
