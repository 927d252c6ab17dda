import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { request, signIn, Wire, type Endpoint } from "@barecast/cli";
import { Barecast, type UpResult } from "../../src/barecast";
import { run } from "../../src/command";
import { added, footprint, imageLeftBy, leftBy } from "../../src/footprint";
import { merged, storySite, writeSiteFile } from "../../src/siteFile";
import { until } from "../../src/until";

jest.setTimeout(60 * 60_000);

// Nothing is made for this one: no machine, no network, no state.
const folder = mkdtempSync(path.join(tmpdir(), "barecast-fresh-"));
const subnet = "172.30.242.";
const siteFile = writeSiteFile(
  merged(storySite, { site: "e2e-fresh", domain: "fresh.localhost", network: { machines: `${subnet}0/24` } }),
  folder,
);
const state = path.join(folder, "state");
const bin = path.join(folder, "bin");
const barecast = new Barecast(siteFile, {
  BARECAST_STATE: state,
  BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey"),
  PATH: `${bin}:${process.env["PATH"]}`,
});

/** The firewall but for the rules of single networks and containers, which come and go with other tests; and those of one network. */
async function rules(subnet: string, bridge?: string): Promise<{ common: string[]; own: string[] }> {
  const lines = (await run(["iptables-save"]))
    .replace(/^#.*\n/gm, "")
    .replace(/ \[\d+:\d+\]/g, "")
    .split("\n");
  const isOwn = (line: string) => line.includes(subnet) || (bridge !== undefined && line.includes(bridge));
  return { common: lines.filter((line) => !/\bbr-[0-9a-f]{12}\b|\d+\.\d+\.\d+\.\d+/.test(line)), own: lines.filter(isOwn) };
}

const inMachine = (...command: string[]) => run(["docker", "exec", "barecast-e2e-fresh-one", ...command]);
/** Every service with its version index, every task's id, as the machine's Docker tells. */
const inside = () => inMachine("sh", "-c", "docker service inspect $(docker service ls -q); docker service ps -q $(docker service ls -q)");

/** What changed in the two Docker engines since: all events but those of healthchecks (and of looking into a container). */
async function happened(sinceMs: number): Promise<string[]> {
  const window = ["--since", (sinceMs / 1000).toFixed(3), "--until", (Date.now() / 1000).toFixed(3)];
  const events = ["docker", "events", ...window, "--format", "{{.Type}} {{.Action}} {{.Actor.ID}}"];
  const ours = [...events, "--filter", "label=barecast.site=e2e-fresh"];
  const lines = (await Promise.all([inMachine(...events), run(ours)])).join("\n").split("\n");
  return lines.filter((line) => line !== "" && !/^container (exec_|health_status)/.test(line));
}

/** Every file of the runner's state, but its lock's folder. */
function stateOf(): Record<string, string> {
  const files = readdirSync(path.join(state, "e2e-fresh"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => path.join(parentPath, name)).filter((name) => !/locks/.test(name));
  return Object.fromEntries(names.map((name) => [path.relative(state, name), readFileSync(name, "hex")]));
}

/** The address that `up` prints leads to the site from this computer: pages, sign-in and WebSocket, which looks at the origin. */
async function expectAddressToLead({ address, port, operator, caFile }: UpResult): Promise<void> {
  const here: Endpoint = { domain: "fresh.localhost", address: "127.0.0.1", port, ca: readFileSync(caFile, "utf8") };
  expect(address).toBe(`https://fresh.localhost${port === 443 ? "" : `:${port}`}`);
  expect((await request(here, "GET", "/")).status).toBe(200);
  (await Wire.open(here, await signIn(here, operator.username, operator.password), () => undefined)).close();
}

/** Programs that write down how they were called, one line each time. */
function standIns(...names: string[]): (name: string) => string {
  mkdirSync(bin);
  const saidTo = (name: string) => path.join(folder, `${name}.said`);
  for (const name of names)
    writeFileSync(path.join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$*" >${saidTo(name)}.new && mv ${saidTo(name)}.new ${saidTo(name)}\n`, {
      mode: 0o755,
    });
  return (name) => (existsSync(saidTo(name)) ? readFileSync(saidTo(name), "utf8").trimEnd() : "nothing");
}

let isUp = false;
afterAll(async () => {
  if (isUp) await barecast.down();
  rmSync(folder, { recursive: true, force: true });
});

test("up, up again, down: the second changes nothing, the last leaves nothing", async () => {
  const [before, rulesBefore] = [await footprint("e2e-fresh"), await rules(subnet)];
  expect(rulesBefore.own).toEqual([]);
  isUp = true;
  const first = await barecast.up();
  expect(first).toMatchObject({ machineAddress: "172.30.242.10", operator: { username: "operator" }, reporter: { username: "reporter" } });
  const made = added(before, await footprint("e2e-fresh"));
  expect(made).toMatchObject({
    containers: ["/barecast-e2e-fresh-one"],
    networks: ["barecast-e2e-fresh"],
    volumes: ["barecast-e2e-fresh-one-barecast", "barecast-e2e-fresh-one-docker"],
  });

  await expectAddressToLead(first);
  const said = standIns("chromium", "certutil");
  const home = path.join(state, "e2e-fresh", "browser");
  expect(await barecast.verb(["open"], 60_000)).toBe(`${first.address}/\n`);
  const opens = `--user-data-dir=${home}/profile ${first.address}/`;
  await until("The browser is started", async () => (said("chromium") === opens ? null : said("chromium")), { withinMs: 10_000 });
  expect(said("certutil")).toBe(`-d sql:${home}/.pki/nssdb -A -t C,, -n barecast -i ${first.caFile}`);

  const image = await run(["docker", "inspect", "barecast-e2e-fresh-one", "--format", "{{.Config.Image}}"]);
  const bridge = `br-${(await run(["docker", "network", "inspect", "barecast-e2e-fresh", "--format", "{{.Id}}"])).slice(0, 12)}`;
  expect((await rules(subnet, bridge)).own).not.toEqual([]);

  const [objectsBefore, insideBefore, stateBefore] = [await footprint("e2e-fresh"), await inside(), stateOf()];
  const since = Date.now();
  await barecast.up();
  expect(await footprint("e2e-fresh")).toEqual(objectsBefore);
  expect(await inside()).toBe(insideBefore);
  expect(stateOf()).toEqual(stateBefore);
  expect(await happened(since)).toEqual([]);

  expect(await barecast.down()).toContain("\nWith the machine went the site's recordings and database\n");
  isUp = false;
  expect(await leftBy("e2e-fresh", before)).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  expect(await imageLeftBy(image.trim())).toBeNull();
  expect(await rules(subnet, bridge)).toEqual(rulesBefore);
  // The secrets stay, so that the next `up` has the same logins.
  expect(existsSync(state) ? readdirSync(path.join(state, "e2e-fresh")) : []).toEqual(["secrets.age"]);
});
