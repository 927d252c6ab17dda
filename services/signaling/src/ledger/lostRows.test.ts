import { createLog } from "../log";
import { parseClient } from "../parse";
import { startParseDouble, type ParseDouble } from "../testing/parseDouble";
import { lostRowsCloser } from "./lostRows";

const at = (seconds: number) => ({ __type: "Date", iso: new Date(Date.UTC(2026, 0, 2, 3, 4, seconds)).toISOString() });
const log: string[] = [];

let parse: ParseDouble;
beforeEach(async () => {
  log.length = 0;
  parse = await startParseDouble();
});
afterEach(() => parse.close());

const closer = (living: Set<string>) =>
  lostRowsCloser({
    parse: parseClient({ url: parse.url, applicationId: "barecast" }, "master"),
    isRunning: async (run) => living.has(run),
    log: createLog("info", (line) => log.push(line)),
  });
const ends = () => parse.rows.map(({ objectId, endedAt, reason }) => ({ objectId, endedAt, reason }));

test("rows of a run that is missing twice end as of when it was last seen; those of the living stay open", async () => {
  parse.rows.push(
    { className: "Stream", objectId: "seen", run: "killed", startedAt: at(0), seenAt: at(30) },
    { className: "Recording", objectId: "unseen", run: "killed", startedAt: at(5) },
    { className: "Stream", objectId: "earlier", startedAt: at(1) },
    { className: "Stream", objectId: "living", run: "here", startedAt: at(2) },
    { className: "Stream", objectId: "over", run: "killed", startedAt: at(3), endedAt: at(4), reason: "The publisher stopped" },
  );
  const before = ends();
  const look = closer(new Set(["here"]));
  await look();
  expect(ends()).toEqual(before);
  await look();
  const reason = "The signaling server was lost";
  expect(ends()).toEqual([
    { objectId: "seen", endedAt: at(30), reason },
    { objectId: "unseen", endedAt: at(5), reason },
    { objectId: "earlier", endedAt: at(1), reason },
    { objectId: "living", endedAt: undefined, reason: undefined },
    { objectId: "over", endedAt: at(4), reason: "The publisher stopped" },
  ]);
  expect(log.map((line) => ({ ...(JSON.parse(line) as object), time: "" }))).toEqual([
    { time: "", level: "warn", message: "Ended rows that a lost signaling server left open", class: "Stream", rows: 2 },
    { time: "", level: "warn", message: "Ended rows that a lost signaling server left open", class: "Recording", rows: 1 },
  ]);
});

test("a run that comes back between two looks keeps its rows", async () => {
  parse.rows.push({ className: "Stream", objectId: "s", run: "late", startedAt: at(0) });
  const living = new Set<string>();
  const look = closer(living);
  await look();
  living.add("late");
  await look();
  living.delete("late");
  await look();
  expect(ends()).toEqual([{ objectId: "s", endedAt: undefined, reason: undefined }]);
});
