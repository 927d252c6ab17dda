import fc from "fast-check";
import { camerasToPlay } from "./cameraClaims";
import type { Other } from "./sharedStream";

const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString();
const cameras = ["camera-gate", "camera-yard", "camera-dock"];
const other = (run: string, held: Record<string, number> = {}, isSilent = false): Other => ({
  run,
  isSilent,
  streams: Object.entries(held).map(([id, second]) => ({
    view: { id, title: id, kind: "camera", state: "live", isRecording: false, startedAt: at(second), viewers: 0 },
    media: "m1",
    pipeline: "p",
    source: "s",
  })),
});
const toPlay = (held: Record<string, number>, others: Other[]) => {
  const since = new Map(Object.entries(held).map(([id, second]) => [id, at(second)]));
  return [...camerasToPlay({ run: "this", cameras, held: since, others })];
};

test.each<[string, Record<string, number>, Other[], string[]]>([
  ["nobody else", {}, [], cameras],
  ["another that plays all", {}, [other("a", { "camera-gate": 1, "camera-yard": 1, "camera-dock": 1 })], []],
  ["another that plays all and is silent", {}, [other("a", { "camera-gate": 1, "camera-yard": 1, "camera-dock": 1 }, true)], cameras],
  ["one that came later", { "camera-gate": 2, "camera-yard": 2, "camera-dock": 2 }, [other("a", { "camera-gate": 3 })], cameras],
  [
    "one that was silent",
    { "camera-gate": 2, "camera-yard": 2 },
    [other("a", { "camera-gate": 1 }), other("b", { "camera-dock": 5 })],
    ["camera-yard"],
  ],
  ["a phone of the other", {}, [other("a", { "camera-gate": 1, "camera-yard": 1, "camera-dock": 1, phone: 0 })], []],
])("%s", (_what, held, others, mine) => {
  expect(toPlay(held, others)).toEqual(mine);
});

test("of any replicas that know each other exactly one plays each camera, and what is held alone never moves", () => {
  const run = fc.uuid();
  const claims = fc.dictionary(fc.constantFrom(...cameras), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(run, claims), { minLength: 1, maxLength: 5, selector: ([name]) => name }), (replicas) => {
      const players = new Map(cameras.map((camera) => [camera, [] as string[]]));
      for (const [name, held] of replicas) {
        const others = replicas.filter(([each]) => each !== name).map(([each, claimed]) => other(each, claimed));
        const since = new Map(Object.entries(held).map(([id, second]) => [id, at(second)]));
        for (const camera of camerasToPlay({ run: name, cameras, held: since, others })) players.get(camera)!.push(name);
      }
      for (const [camera, names] of players) {
        expect(names).toHaveLength(1);
        const holders = replicas.filter(([, held]) => camera in held).map(([name]) => name);
        if (holders.length > 0) expect(holders).toContain(names[0]);
      }
    }),
    { seed: 21 },
  );
});

test("cameras that nobody plays are spread over the replicas", () => {
  const many = Array.from({ length: 300 }, (_, index) => `camera-${index}`);
  const of = (run: string) =>
    camerasToPlay({
      run,
      cameras: many,
      held: new Map(),
      others: ["a", "b", "c"].filter((each) => each !== run).map((each) => other(each)),
    });
  const shares = ["a", "b", "c"].map((run) => of(run).size);
  expect(shares.reduce((sum, share) => sum + share)).toBe(300);
  expect(Math.min(...shares)).toBeGreaterThan(60);
});
