import { judgedAnswers, type Answer } from "./answers";

const answer = (said: string, askedMs: number, answeredMs = askedMs + 10): Answer => ({ said, askedMs, answeredMs });
const taken = { fromMs: 50_000, toMs: 51_000, stolen: 0.4 };

let warnings: jest.SpyInstance;
beforeEach(() => (warnings = jest.spyOn(console, "warn").mockReturnValue()));
afterEach(() => jest.restoreAllMocks());

test("what was said on a machine that had its time is told once each", () => {
  const answers = [answer("401", 1000), answer("503", 2000), answer("401", 3000)];
  expect(judgedAnswers(answers, "401", [{ fromMs: 0, toMs: 4000, stolen: 0.19 }, taken])).toEqual(["401", "503"]);
  expect(warnings).not.toHaveBeenCalled();
});

test.each([
  ["then", answer("503", 50_500)],
  ["while it was waited for", answer("no answer", 1000, 61_000)],
  ["ten seconds before", answer("503", 60_500)],
])("a wrong answer of a machine that was taken %s tells nothing; a right one does", (_when, wrong) => {
  expect(judgedAnswers([answer("401", 50_500), wrong], "401", [taken])).toEqual(["401"]);
  expect(warnings.mock.calls).toEqual([[`Not judged: ${wrong.said}, while 40 % of the machine was taken by its host`]]);
});

test("a wrong answer long after that is judged", () => {
  expect(judgedAnswers([answer("503", 61_100)], "401", [taken])).toEqual(["503"]);
});
