import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildImages, keepingImages, loadIntoDocker } from "@barecast/images";
import { ensureMachines, removeMachines, type StartedHost } from "@barecast/machines";
import { loadSite } from "@barecast/site";
import { copiedCheckout } from "../../src/checkout";
import { run } from "../../src/command";
import { leftOf } from "../../src/computers";
import { blocksOf, documents, namedCommands } from "../../src/docs";
import { dockerInMemory, giveMemoryBack } from "../../src/inMemory";
import { cacheFolder, projectFolder } from "../../src/project";
import { docker } from "../../src/session";
import { merged, readSiteFile, storySite, writeSiteFile } from "../../src/siteFile";
import { until } from "../../src/until";

// docs/first-site.md, followed word by word, on a server as it is rented: Debian, and the operator's own key on it.
jest.setTimeout(60 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-first-site-"));
const inFolder = (...parts: string[]) => path.join(folder, ...parts);
const rented = loadSite(
  writeSiteFile(
    merged(storySite, { site: "e2e-rented", hosts: { one: { machine: { baked: false } } }, network: { machines: "172.30.239.0/24" } }),
    inFolder("rented"),
  ),
);
const blocks = blocksOf("docs/first-site.md");
const env = {
  ...process.env,
  SITE: "sites/live.yaml",
  BARECAST_CACHE: cacheFolder,
  BARECAST_STATE: inFolder("state"),
  BARECAST_AGE_KEY_FILE: inFolder("site.agekey"),
  SSH_AUTH_SOCK: inFolder("agent"),
};

let checkout: string;
let agent: ChildProcess;
let server: StartedHost;

beforeAll(async () => {
  checkout = copiedCheckout();
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", inFolder("key")]);
  agent = spawn("ssh-agent", ["-D", "-a", env.SSH_AUTH_SOCK], { stdio: ["ignore", "ignore", "inherit"] });
  const add = () => leftOf(["ssh-add", "-q", inFolder("key")], env).then(({ exitCode, output }) => (exitCode === 0 ? null : output));
  await until("The agent has the key", add, { withinMs: 60_000 });
  await dockerInMemory(rented);
  const { machine } = await buildImages({ source: "packages", names: ["machine"], project: projectFolder, cache: cacheFolder });
  [server] = (await keepingImages({ project: projectFolder }, async () => {
    await loadIntoDocker(machine);
    return ensureMachines(rented, { image: () => machine.ref, publicKey: readFileSync(inFolder("key.pub"), "utf8"), docker });
  })) as [StartedHost];
});
afterAll(async () => {
  await removeMachines(rented.name, { docker }).finally(() => giveMemoryBack(rented.name));
  agent?.kill();
  if (checkout) rmSync(checkout, { recursive: true });
  rmSync(folder, { recursive: true });
});

/** Runs lines as one types them into a shell. @returns what they said */
const type = (lines: readonly string[], cwd = checkout) => run(["sh", "-euc", lines.join("\n")], { cwd, env, withinMs: 40 * 60_000 });
const liveFile = () => path.join(checkout, "sites", "live.yaml");
/** Puts the server's own in place of the example's. */
const fillIn = (hostKey: string) =>
  writeSiteFileAs(liveFile(), {
    site: "e2e-live",
    domain: "e2e-live.localhost",
    images: "packages",
    hosts: { one: { address: server.address, ssh: { hostKey } } },
  });
const writeSiteFileAs = (file: string, changes: Parameters<typeof merged>[1]) => {
  const written = writeSiteFile(merged(readSiteFile(file), changes), inFolder("filled-in"));
  return run(["cp", written, file]);
};

test("the site file is a copy with the server's own in it; a wrong host key stops all that asks the server", async () => {
  expect(blocks[0]).toEqual(["cp sites/minimal.yaml sites/live.yaml", "export SITE=sites/live.yaml"]);
  await type(blocks[0]!);
  await fillIn(String((readSiteFile(liveFile())["hosts"] as { one: { ssh: { hostKey: string } } }).one.ssh.hostKey));
  const { exitCode, output } = await leftOf(["sh", "-c", `cd ${checkout} && ./barecast up`], env, 40 * 60_000);
  expect(output).toMatch(
    /hosts\.one\.ssh\.hostKey: Expected the host to show this key, found another \(SHA256:[\w+/]+\)\. Nothing was sent there/,
  );
  expect(exitCode).toBe(4);
  expect(await run(["docker", "exec", server.container, "sh", "-c", "command -v docker || echo none"])).toBe("none\n");

  const [[shown]] = blocksOf("docs/first-site.md", "sh server") as [[string]];
  const hostKey = await run(["docker", "exec", server.container, "sh", "-c", shown]);
  await fillIn(hostKey.split(" ").slice(0, 2).join(" ").trim());
});

test("check, plan, up: video flows on it", async () => {
  expect(blocks[1]).toEqual(["./barecast check", "./barecast plan", "./barecast up"]);
  const [check, plan, up] = blocks[1] as [string, string, string];
  await type([check]);
  expect(await type([plan])).toMatch(/^\+ create {3}Service {8}traefik$[^]*\n\d+ create$/m);
  expect(await type([`${up} 2>&1`])).toMatch(/^ {2}Verify: video flows /m);
});

test("what is typed from day to day answers; a plan finds nothing to do, and an up does nothing", async () => {
  const [look, change] = blocks.slice(2) as [string[], string[]];
  const said = await type(look);
  expect(said).toMatch(/^\d+ hosts?, \d+ services: all is well$/m);
  expect(said.trimEnd().split("\n").at(-1)).toMatch(/^[\w-]{20,}$/);
  expect(await type([...change, "echo"].map((line) => `${line} 2>&1`))).toMatch(/nothing to change/);
});

test("down by itself refuses a server, and changes nothing", async () => {
  const { exitCode, output } = await leftOf(["sh", "-c", `cd ${checkout} && ./barecast down`], env);
  expect({ exitCode, output }).toEqual({
    exitCode: 2,
    output: expect.stringContaining("hosts.one: Expected machines only, found a server of yours. Nothing was changed"),
  });
  await type(["./barecast verify"]);
});

/** What stands for a command with a place for a name; or who types it instead, and why not here. */
const instead: Readonly<Record<string, { readonly type: string } | { readonly typedBy: string }>> = {
  "./barecast logs SERVICE": { type: "./barecast logs signaling" },
  "./barecast secrets show NAME": { type: "./barecast secrets show operator" },
  "./barecast secrets set NAME < file": { typedBy: "camera.story.ts: this site has no camera" },
  "./barecast down": { typedBy: "the test above: it is refused here" },
  "./barecast down --servers": { typedBy: "the test below" },
  "./barecast down --servers --wipe": { typedBy: "the test below" },
  "./barecast images pin": { typedBy: "pin.story.ts: it asks public registries" },
  "./barecast open": { typedBy: "the unit tests of open: it shows a browser" },
  "./barecast open dashboard": { typedBy: "dashboard.story.ts" },
};

test("every other command of the documents is a word of barecast's, and answers; make's are looked at", async () => {
  const inBlocks = documents().flatMap((file) => (file.endsWith("first-site.md") ? [] : blocksOf(file).flat()));
  const commands = new Set([...inBlocks, ...namedCommands()]);
  expect(commands.size).toBeGreaterThan(20);
  expect(Object.keys(instead).filter((command) => !commands.has(command))).toEqual([]);
  for (const command of commands) {
    const other = instead[command];
    if (other && "typedBy" in other) continue;
    const target = /^make (\w+)/.exec(command)?.[1];
    if (target === undefined) await type([other?.type ?? command]);
    else expect(await type([command.replace("make ", "make -n ")])).toMatch(new RegExp(`(\\./barecast|npm run --silent) ${target}`));
  }
});

test("down --servers takes the site off the server; what was recorded goes with --wipe only", async () => {
  const onServer = (command: string) => run(["docker", "exec", server.container, "sh", "-c", command]);
  const data = "ls /var/lib/barecast 2>/dev/null || true";
  const rules = "iptables -S INPUT; iptables -S OUTPUT; iptables -t raw -S";
  expect(await onServer(data)).toBe("postgres\nrecordings\nregistry\n");
  const said = await type(["./barecast down --servers"]);
  expect(said).toContain(`Removed: the site from one (${server.address})`);
  expect(said).toContain("one: /var/lib/barecast: recordings and database");
  expect(await onServer("docker info --format '{{.Swarm.LocalNodeState}}'; docker ps --all --quiet")).toBe("inactive\n");
  expect(await onServer(rules)).toBe("-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P PREROUTING ACCEPT\n-P OUTPUT ACCEPT\n");
  expect(await onServer(data)).toBe("postgres\nrecordings\nregistry\n");
  // Of the caches one of its own: the other stories need theirs.
  await type([`BARECAST_CACHE=${inFolder("cache")} ./barecast down --servers --wipe`]);
  expect(await onServer(data)).toBe("");
  const [, removed = ""] = /^Removed: (.*)$/m.exec(await type(["./barecast down --servers"])) ?? [];
  // This computer's Docker has images for all sites' machines, which stories beside this one bring again.
  expect(removed.split(", ").filter((each) => each !== "nothing was there" && !each.startsWith("barecast/"))).toEqual([]);
});
