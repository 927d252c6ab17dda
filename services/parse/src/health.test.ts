import type { ParseSdk } from "./cloud/main";
import { healthOf } from "./health";

/** Parse whose queries end as told, one after the other; one more than told never ends. */
function parseAnswering(...answers: (Error | "answer")[]) {
  let asked = 0;
  class Query {
    limit = () => this;
    find = () => {
      const answer = answers[asked++];
      if (answer === undefined) return new Promise(() => undefined);
      return answer === "answer" ? Promise.resolve([]) : Promise.reject(answer);
    };
  }
  return { Parse: { Query, Role: {} } as unknown as ParseSdk, asked: () => asked };
}
const ok = { status: "ok", database: "ok" };

test("a good answer of the database holds for a while, a bad one does not", async () => {
  const { Parse, asked } = parseAnswering(new Error("away"), "answer");
  const health = healthOf(Parse, { holdsMs: 60_000 });
  expect(await health(false)).toEqual({ status: "unready", database: "away" });
  expect([await health(false), await health(false)]).toEqual([ok, ok]);
  expect(asked()).toBe(2);
  expect(await health(true)).toEqual({ status: "unready", database: "The server is stopping" });
});

test("when it no longer holds, the database is asked again, and not waited for without end", async () => {
  const { Parse } = parseAnswering("answer");
  const health = healthOf(Parse, { holdsMs: 0, withinMs: 5 });
  expect(await health(false)).toEqual(ok);
  expect(await health(false)).toEqual({ status: "unready", database: "No answer within 5 ms" });
});
