import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, failureOf, HEAD, writesOf } from "./testing/programs";
import { volume } from "./testing/resources";

let harness: Harness;
const begin = async (program: string): Promise<void> => void (harness = await begun(program));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test.each([
  [
    "a type",
    `new pulumi.CustomResource("aws:s3/bucket:Bucket", "films", {});`,
    "films: The runner knows no resources of type aws:s3/bucket:Bucket. Use the Pulumi CLI for it, or take it out",
  ],
  [
    "a property",
    `new docker.Volume("data", { name: "data", cluster: { type: "mount" } });`,
    "data: cluster: The runner doesn't know this property. Leave it out, or use the Pulumi CLI",
  ],
  [
    "an option",
    `new docker.Volume("data", { name: "data" }, { import: "data" });`,
    "data: The runner doesn't know import. Use the Pulumi CLI, or take it out",
  ],
  [
    "a function",
    `docker.getNetwork({ name: "bridge" });`,
    "Function docker:index/getNetwork:getNetwork: The runner doesn't do this. Use the Pulumi CLI, or take it out",
  ],
  [
    "another stack",
    `new pulumi.StackReference("organization/other/dev");`,
    "organization/other/dev: Reading a pulumi:pulumi:StackReference that the program doesn't own: The runner doesn't do this. Use the Pulumi CLI, or take it out",
  ],
  [
    "another provider",
    `new (class extends pulumi.ProviderResource {})("aws", "cloud", {});`,
    "cloud: The runner knows no resources of type pulumi:providers:aws. Use the Pulumi CLI for it, or take it out",
  ],
  [
    "a provider's setting",
    `new docker.Provider("site", { certPath: "/certs" });`,
    "site: certPath: The runner's Docker provider knows host and sshOpts only. Use the Pulumi CLI for more",
  ],
  [
    "a method",
    `pulumi.runtime.call("docker:index/service:Service/scale", {});`,
    "Method docker:index/service:Service/scale: The runner doesn't do this. Use the Pulumi CLI, or take it out",
  ],
])("%s that the runner doesn't cover is refused by name, and nothing is deleted", async (_what, statement, message) => {
  await begin(`${HEAD} module.exports = async () => { ${statement} };`);
  await harness.keep([volume("before")]);
  expect(await failureOf(harness.run("up"))).toMatchObject({ code: "unsupported", message });
  expect([writes(), (await harness.resources()).map(({ id }) => id)]).toEqual([[], expect.arrayContaining(["before"])]);
});

test.each(["up", "refresh", "destroy"] as const)(
  "a type in the state that the runner doesn't know: %s refuses it by name, and forgets nothing",
  async (verb) => {
    await begin("module.exports = async () => {};");
    const type = "aws:s3/bucket:Bucket";
    const kept = [volume("films", { urn: `urn:pulumi:dev::wire::${type}::films`, type }), volume("before")];
    await harness.keep(kept);
    expect(await failureOf(harness.run(verb))).toMatchObject({
      code: "unsupported",
      message: `films: The runner knows no resources of type ${type}. Use the Pulumi CLI for it, or take it out`,
    });
    expect([writes(), (await harness.resources()).filter(({ custom }) => custom)]).toEqual([[], kept]);
  },
);

test.each([
  ["throws", `throw new Error("no such site");`, /ended with code 32/],
  ["leaves early with a wrong code 0", `process.reallyExit(0);`, /ended before all its resources were registered/],
  ["leaves early with code 3", `process.exit(3);`, /ended with code 3/],
])("a program that %s deletes nothing", async (_what, statement, message) => {
  await begin(PLATFORM);
  await harness.run("up");
  const before = (await harness.resources()).map(({ urn }) => urn);
  harness.write("program.js", `module.exports = async () => { ${statement} };`);
  const error = await failureOf(harness.run("up"));
  expect([error.code, error.message]).toEqual(["program-failed", expect.stringMatching(message)]);
  if (statement.includes("throw")) expect(error.evidence.join("\n")).toContain("no such site");
  expect({ writes: writes(), urns: (await harness.resources()).map(({ urn }) => urn) }).toEqual({ writes: [], urns: before });
});
