import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string, more = {}): Promise<void> => void (harness = await begun(program, more));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test("refresh forgets what is gone and marks what drifted for the next run", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const services = harness.docker.stored.services;
  const [base, top] = [...services.values()];
  base!["Spec"] = { ...(base!["Spec"] as object), Labels: { by: "hand" } };
  services.delete(top!.id);
  expect((await harness.run("refresh")).changes).toEqual({ same: 5, refresh: 1, delete: 1 });
  expect((await harness.run("up")).changes).toEqual({ same: 5, update: 1, create: 1 });
  expect(writes().sort()).toEqual(["POST /services/<id>/update kill-base", "POST /services/create kill-top"]);
});

test("a run that refreshes puts right at once what somebody changed, and says where; one that finds nothing writes nothing", async () => {
  await begin(PLATFORM, { refresh: true });
  await harness.run("up");
  const services = harness.docker.stored.services;
  const [base, top] = [...services.values()];
  base!["Spec"] = { ...(base!["Spec"] as object), Labels: { by: "hand" } };
  services.delete(top!.id);
  const found = { same: 5, update: 1, create: 1 };
  const foreseen = await harness.run("preview");
  expect(foreseen.changes).toEqual(found);
  expect(foreseen.resources.find(({ op }) => op === "update")?.changed).toEqual(['Labels["barecast.site"]', "Labels.by"]);
  expect(writes()).toEqual([]);
  expect((await harness.run("up")).changes).toEqual(found);
  expect(writes().sort()).toEqual(["POST /services/<id>/update kill-base", "POST /services/create kill-top"]);
  const again = await harness.run("up");
  expect(again).toMatchObject({ changes: { same: 7 }, isStateWritten: false });
  expect(harness.stateText()).not.toContain("drifted");
});
