import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Barecast } from "../src/barecast";
import { run } from "../src/command";
import { added, footprint } from "../src/footprint";
import { processesWith, type Running } from "../src/running";
import { merged, storySite, writeSiteFile } from "../src/siteFile";
import { until } from "../src/until";

// A first `up` that is ended again and again, each time further on, by kill -9 of all that the terminal started and by Ctrl-C.
jest.setTimeout(30 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-killed-"));
const temporary = path.join(folder, "t");
mkdirSync(temporary);
const siteFile = writeSiteFile(
  merged(storySite, { site: "killed", domain: "killed.localhost", network: { machines: "172.30.244.0/24" } }),
  folder,
);
const env = { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey"), TMPDIR: temporary };
const barecast = new Barecast(siteFile, env);
const inMachine = async (...command: string[]) =>
  (await run(["docker", "exec", "barecast-killed-one", ...command])).split("\n").filter(Boolean);

let isUp = false;
afterAll(async () => {
  if (isUp) await barecast.down();
  rmSync(folder, { recursive: true });
});

/** Begins `up` and waits until something has come true. */
async function upUntil(what: string, reason: (up: Running) => Promise<string | null>): Promise<Running> {
  const up = barecast.begin("up");
  await up.reaches(what, () => reason(up), 10 * 60_000);
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
  until("The end of what the killed run had started", () => processesWith(folder).join("\n") || null, { withinMs: 60_000 });

/** What Docker in the machine has of the site, how much of each kind. */
async function found(): Promise<Record<string, number>> {
  const kinds = ["service", "network", "secret", "config"].map(async (kind): Promise<[string, number]> => {
    const ids = await inMachine("docker", kind, "ls", "-q", "--filter", "label=barecast.site=killed");
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

test("killed while Ansible runs, interrupted and killed among the services: the next one finishes it, and down leaves nothing", async () => {
  const before = await footprint();
  isUp = true;
  await (await upUntil("Docker in the machine", ansibleInstalledDocker)).kill();
  await awaitNoProcess();

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

  await barecast.up();
  expect(await found()).toEqual(await wanted());
  const list = "docker service ps --filter desired-state=running --format '{{.Name}} {{.CurrentState}}' $(docker service ls -q)";
  const tasks = (await inMachine("sh", "-c", list)).map((line) => line.split(" ").slice(0, 2).join(" "));
  expect(tasks.sort()).toEqual((await services()).map((name) => `${name}.1 Running`).sort());
  // Locks of one who is not root lie there, as locks do.
  expect(readdirSync(temporary).filter((name) => name !== `barecast-${process.getuid!()}`)).toEqual([]);

  await barecast.down();
  isUp = false;
  expect(added(before, await footprint())).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  expect(readdirSync(path.join(env.BARECAST_STATE, "killed"))).toEqual(["secrets.age"]);
  expect(processesWith(folder)).toEqual([]);
});
