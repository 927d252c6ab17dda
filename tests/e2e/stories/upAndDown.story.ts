import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Barecast } from "../src/barecast";
import { run } from "../src/command";
import { added, footprint } from "../src/footprint";
import { merged, storySite, writeSiteFile } from "../src/siteFile";

jest.setTimeout(60 * 60_000);

// Nothing is made for this one: no machine, no network, no state.
const folder = mkdtempSync(path.join(tmpdir(), "barecast-fresh-"));
const siteFile = writeSiteFile(
  merged(storySite, { site: "fresh", domain: "fresh.localhost", network: { machines: "172.30.242.0/24" } }),
  folder,
);
const state = path.join(folder, "state");
const barecast = new Barecast(siteFile, { BARECAST_STATE: state, BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") });
const rules = () => run(["iptables-save"]).then((text) => text.replace(/^#.*\n/gm, "").replace(/\[\d+:\d+\]/g, ""));

let isUp = false;
afterAll(async () => {
  if (isUp) await barecast.down();
  rmSync(folder, { recursive: true, force: true });
});

test("up, up again, down: the second changes nothing, the last leaves nothing", async () => {
  const [before, rulesBefore] = [await footprint(), await rules()];
  isUp = true;
  const first = await barecast.up();
  expect(first).toMatchObject({ machineAddress: "172.30.242.10", operator: { username: "operator" }, reporter: { username: "reporter" } });
  const made = added(before, await footprint());
  expect(made).toMatchObject({
    containers: ["/barecast-fresh-one"],
    networks: ["barecast-fresh"],
    volumes: ["barecast-fresh-one-barecast", "barecast-fresh-one-docker"],
  });

  const services = () =>
    run([
      "docker",
      "exec",
      "barecast-fresh-one",
      "sh",
      "-c",
      "docker service inspect $(docker service ls -q); docker service ps -q $(docker service ls -q)",
    ]);
  const [objectsBefore, servicesBefore] = [await footprint(), await services()];
  await barecast.up();
  expect(await footprint()).toEqual(objectsBefore);
  expect(await services()).toBe(servicesBefore);

  await barecast.down();
  isUp = false;
  const left = added(before, await footprint());
  expect({ ...left, images: [] }).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  expect(await rules()).toBe(rulesBefore);
  // The secrets stay, so that the next `up` has the same logins.
  expect(existsSync(state) ? readdirSync(path.join(state, "fresh")) : []).toEqual(["secrets.age"]);
});
