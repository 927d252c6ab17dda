import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadSite } from "@barecast/site";
import { Barecast } from "../../src/barecast";
import { run } from "../../src/command";
import { footprint, leftBy, type Footprint } from "../../src/footprint";
import { dockerInMemory, giveMemoryBack } from "../../src/inMemory";
import { projectFolder } from "../../src/project";
import { processesWith, type Running } from "../../src/running";
import { merged, storySite, writeSiteFile } from "../../src/siteFile";
import { linesOf, Terminal } from "../../src/terminal";
import { until } from "../../src/until";

// The first `up` of one and the same site, ended again and again, each time further on, by Ctrl-C on a terminal and by kill -9 of all that it
// started; what the last of them leaves is whole, and all of it goes with `down`.
jest.setTimeout(30 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-interrupted-"));
const temporary = path.join(folder, "t");
mkdirSync(temporary);
const siteFile = writeSiteFile(
  merged(storySite, { site: "e2e-interrupted", domain: "interrupted.localhost", network: { machines: "172.30.236.0/24" } }),
  folder,
);
const env = { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey"), TMPDIR: temporary };
const barecast = new Barecast(siteFile, env);
const surroundings = { cwd: projectFolder, env: { ...process.env, ...env, SITE: siteFile } };
const onTerminal = () => new Terminal("./barecast up", surroundings);
const inMachine = async (...command: string[]) =>
  (await run(["docker", "exec", "barecast-e2e-interrupted-one", ...command])).split("\n").filter(Boolean);

let before: Footprint;
let isUp = false;
beforeAll(async () => {
  before = await footprint("e2e-interrupted");
  isUp = true;
  await dockerInMemory(loadSite(siteFile));
});
afterAll(async () => {
  try {
    if (isUp) await barecast.down();
  } finally {
    giveMemoryBack("e2e-interrupted");
  }
  rmSync(folder, { recursive: true });
});

const steps = ["Check", "Images", "Machines", "Platform (runner)", "Verify: the site answers", "Verify: video flows"];
const isLong = (step: string) => /^(Machines|Platform|Verify: video)/.test(step);

/** Begins `up` and waits until something has come true. */
async function upUntil(what: string, reason: (up: Running) => Promise<string | null>): Promise<Running> {
  const up = barecast.begin("up");
  await up.reaches(what, () => reason(up), 20 * 60_000);
  return up;
}
const ansibleInstalledDocker = async () =>
  (await inMachine("docker", "info", "--format", "{{.ServerVersion}}").catch(() => [])).length > 0
    ? null
    : "No Docker answers in the machine";
const services = () => inMachine("docker", "service", "ls", "--format", "{{.Name}}").catch(() => []);
const moreServicesThan = (count: number) => async () => {
  const found = await services();
  return found.length > count ? null : `Services: ${found.join(", ")}`;
};

/** What a run started ends with it, in whatever group it ran. */
const awaitNoProcess = () =>
  until("The end of what the run had started", () => processesWith(folder).join("\n") || null, { withinMs: 60_000 });

/** Ctrl-C at a step, with a sentence as its last word. */
async function interruptAt(step: string): Promise<void> {
  const terminal = onTerminal();
  await terminal.shows(`${step} …`, 20 * 60_000);
  terminal.interrupt();
  const { code, output } = await terminal.ended;
  const lines = linesOf(output);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 130, last: "Interrupted. The same command goes on from here" });
  expect(lines.filter((line) => /^ +at |Error:|failed/.test(line))).toEqual([]);
  // Steps that are done in a moment may be done before it hears of it; none begins after the first that takes longer.
  const told = lines.flatMap((line) => steps.find((title) => line.startsWith(`  ${title} `)) ?? []);
  const from = steps.slice(steps.indexOf(step));
  expect(from.slice(0, from.findIndex(isLong) + 1)).toContain(told.at(-1));
  if (isLong(step)) expect(lines.join("\n")).toMatch(/^ {2}\S.* +[\dm.]+s {2}interrupted$/m);
  await awaitNoProcess();
}

test.each(steps.slice(0, 4))("Ctrl-C at %s", interruptAt);

test("kill -9 while Ansible runs", async () => {
  await (await upUntil("Docker in the machine", ansibleInstalledDocker)).kill();
  await awaitNoProcess();
});

test("Ctrl-C, and kill -9, among the services", async () => {
  const interrupted = await (await upUntil("the first service", moreServicesThan(0))).interrupt();
  const lines = interrupted.output.trimEnd().split("\n");
  expect({ code: interrupted.code, last: lines.at(-1), stack: lines.filter((line) => /^\s+at /.test(line)) }).toEqual({
    code: 130,
    last: "Interrupted. The same command goes on from here",
    stack: [],
  });
  await awaitNoProcess();
  await (await upUntil("another service", moreServicesThan((await services()).length))).kill();
  await awaitNoProcess();
});

test.each(steps.slice(4))("Ctrl-C at %s", interruptAt);

/** What Docker in the machine has of the site, how much of each kind. */
async function found(): Promise<Record<string, number>> {
  const kinds = ["service", "network", "secret", "config"].map(async (kind): Promise<[string, number]> => {
    const ids = await inMachine("docker", kind, "ls", "-q", "--filter", "label=barecast.site=e2e-interrupted");
    return [kind, ids.length];
  });
  return Object.fromEntries(await Promise.all(kinds));
}
/** What the program asks for, by the same names. */
async function wanted(): Promise<Record<string, number>> {
  const { changes } = JSON.parse(await barecast.verb(["plan", "--json"], 180_000)) as { changes: { type: string; op: string }[] };
  expect(changes.filter(({ op }) => op !== "same")).toEqual([]);
  const count = (type: string) => changes.filter((change) => change.type === `docker:index/${type}`).length;
  return {
    service: count("service:Service"),
    network: count("network:Network"),
    secret: count("secret:Secret"),
    config: count("serviceConfig:ServiceConfig"),
  };
}

test("the next one ends what they began, with a line for each step and the logins; a pipe gets the same lines and nothing else", async () => {
  const { code, output } = await onTerminal().ended;
  const lines = linesOf(output);
  expect(code).toBe(0);
  for (const step of steps) expect(lines.filter((line) => line.startsWith(`  ${step} `))).toHaveLength(1);
  const { operatorPassword } = await barecast.secrets();
  const [address, operator] = lines.slice(-5);
  expect(address).toMatch(/^ {2}https:\/\/interrupted\.localhost(:\d+)?$/);
  expect(operator).toBe(`  operator  operator  ${operatorPassword}`);
  expect(lines.at(-1)).toMatch(/^ {2}Browsers must trust /);
  const piped = await run(["sh", "-c", "./barecast up 2>&1 >/dev/null"], { ...surroundings, withinMs: 10 * 60_000 });
  expect(
    piped
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +[\dm.]+s.*/, "")),
  ).toEqual(["  Check", "  Images", "  Machines", "  Platform (runner)", "  Verify: the site answers"]);
});

test("it is whole, without orphans", async () => {
  expect(await found()).toEqual(await wanted());
  const list = "docker service ps --filter desired-state=running --format '{{.Name}} {{.CurrentState}}' $(docker service ls -q)";
  const tasks = (await inMachine("sh", "-c", list)).map((line) => line.split(" ").slice(0, 2).join(" "));
  expect(tasks.sort()).toEqual((await services()).map((name) => `${name}.1 Running`).sort());
  // Locks of one who is not root lie there, as locks do.
  expect(readdirSync(temporary).filter((name) => name !== `barecast-${process.getuid!()}`)).toEqual([]);
});

test("down leaves nothing", async () => {
  await barecast.down();
  isUp = false;
  expect(await leftBy("e2e-interrupted", before)).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  expect(readdirSync(path.join(env.BARECAST_STATE, "e2e-interrupted"))).toEqual(["secrets.age"]);
  expect(processesWith(folder)).toEqual([]);
});
