import { sharedSite } from "../src/sharedSite";
import type { SiteUnderTest } from "../src/site";
import { until } from "../src/until";

// What somebody did by hand on the machine: `plan` tells it, `up` puts it right.
jest.setTimeout(60 * 60_000);

let site: SiteUnderTest;
beforeAll(async () => {
  site = await sharedSite();
  await site.barecast.up(); // whatever was left to do is done before
});

const specOf = async (service: string) => JSON.parse(await site.inside("docker", "service", "inspect", service)) as [{ Spec: object }];
const foreseen = async () => {
  const { changes } = JSON.parse(await site.barecast.verb(["plan", "--json"], 180_000)) as { changes: { name: string; op: string }[] };
  return changes.filter(({ op }) => op !== "same").sort((a, b) => (a.name < b.name ? -1 : 1));
};

test("a service that was scaled and changed by hand, and one that was removed", async () => {
  const [web, recordings] = ["web", "recordings-one"].map((key) => `${site.about.name}-${key}`) as [string, string];
  const before = await site.services();
  const [{ Spec: wanted }] = await specOf(web);
  expect(await foreseen()).toEqual([]);

  await site.inside("docker", "service", "update", "--detach", "--replicas", "2", "--env-add", "BY=hand", web);
  await site.inside("docker", "service", "rm", recordings);
  expect(await foreseen()).toEqual([
    expect.objectContaining({ name: "recordings-one", op: "create" }),
    expect.objectContaining({ name: "web", op: "update", changed: ["Mode.Replicated.Replicas", "TaskTemplate.ContainerSpec.Env"] }),
  ]);

  const sum = `1 host, ${Object.keys(before).length} services`;
  const status = () => site.barecast.verb(["status"], 60_000);
  const missing = `\nrecordings-one: not there.\n${sum}: 1 not as it should be. `;
  await until("The second replica runs", async () => ((text) => (text.includes(missing) ? null : text))(await status()), {
    withinMs: 60_000,
    everyMs: 3000,
  });

  await site.barecast.up();
  expect(await status()).toContain(`\n${sum}: all is well\n`);
  const [{ Spec: found }] = await specOf(web);
  expect(found).toEqual(wanted);
  const after = await site.services();
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(after[web]!.tasks).toHaveLength(1);
  const { [web]: _web, [recordings]: _recordings, ...othersBefore } = before;
  expect(after).toMatchObject(othersBefore);
  expect(await foreseen()).toEqual([]);
});
