import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FakeDocker, Harness, volume } from "@barecast/runner/testing";
import { loadSite, openSecrets, placeOf } from "@barecast/site";
import { projectFolder, type Context } from "./context";
import { chooseEngine } from "./engines";
import { Progress } from "./progress";

const searchPath = process.env.PATH;
const siteFile = path.join(projectFolder, "sites", "minimal.yaml");
let folder: string;
let context: Context;
let harness: Harness;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "barecast-engines-"));
  const site = loadSite(siteFile);
  const place = placeOf(projectFolder, site.name, { BARECAST_STATE: folder, BARECAST_AGE_KEY_FILE: path.join(folder, "age.key") });
  const { signal } = new AbortController();
  context = {
    project: projectFolder,
    cache: folder,
    siteFile,
    site,
    place,
    progress: new Progress(process.stderr, signal),
    json: true,
    signal,
  };
  const { pulumiPassphrase: passphrase } = await openSecrets(site, place);
  harness = new Harness("barecast", {}, { backend: place.backend, stack: site.name, passphrase });
  await harness.start(new FakeDocker());
});
afterEach(async () => {
  process.env.PATH = searchPath;
  await harness.stop();
  rmSync(folder, { recursive: true });
});

const seen = () => path.join(folder, "seen");
const stateFile = () => path.join(context.place.backend, ".pulumi", "stacks", "barecast", `${context.site.name}.json`);

/** A Pulumi CLI that keeps a copy of the state as it finds it when it is to act. */
function withPulumi(): void {
  const script = `#!/bin/sh
case "$1 $2" in
  "version "*) echo v3.100.0 ;;
  "plugin ls") echo '[{"name":"docker","kind":"resource"}]' ;;
  "stack output") echo '{}' ;;
  "stack history") echo '[]' ;;
  "up "* | "preview "*) cp '${stateFile()}' '${seen()}' ;;
esac
for given; do
  [ "$before" = --event-log ] && echo '{"summaryEvent":{"resourceChanges":{}}}' >"$given"
  before=$given
done
exit 0
`;
  writeFileSync(path.join(folder, "pulumi"), script, { mode: 0o755 });
  process.env.PATH = `${folder}:${searchPath}`;
}

/** A run that was killed when Docker had made its volume. */
async function killedRun(): Promise<void> {
  const type = "pulumi:providers:docker";
  const urn = `urn:pulumi:${context.site.name}::barecast::${type}::site`;
  const provider = volume("site", { urn, type, inputs: { host: `unix://${harness.socket}` } });
  const labels = [{ label: "barecast.site", value: context.site.name }];
  const resource = volume("data", { inputs: { name: "data", labels }, provider: `${urn}::site` });
  await harness.keep([provider], [{ type: "creating", resource }]);
  harness.docker.stored.volumes.set("data", { id: "data", name: "data", Name: "data", Labels: { "barecast.site": context.site.name } });
}

const found = (file: string) => {
  const { latest } = (
    JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: { resources: { id: string }[]; pending_operations?: unknown[] } } }
  ).checkpoint;
  return { ids: latest.resources.map(({ id }) => id), pending: latest.pending_operations?.length ?? 0 };
};

test("what a killed run left is settled when the Pulumi CLI comes to it by `up`; a preview changes nothing of it", async () => {
  withPulumi();
  await killedRun();
  const choose = () => chooseEngine(context, { digestsFile: "digests.json", publicPort: 443, refresh: false });
  expect((await choose()).title).toBe("pulumi");
  await (await choose()).preview();
  expect([found(seen()), found(stateFile())]).toEqual([
    { ids: ["site"], pending: 1 },
    { ids: ["site"], pending: 1 },
  ]);
  await (await choose()).up();
  expect(found(seen())).toEqual({ ids: ["site", "data"], pending: 0 });
});
