import { serviceKeys } from "@barecast/stack";
import { machineStatus, type MachineStatus } from "@barecast/machines";
import type { Host, Site } from "@barecast/site";
import type { Context } from "../context";
import { answerOf } from "../steps/manager";
import { hostsThatRun, restingOf } from "../steps/running";
import { second, servicesOf, type ServiceStatus, type Swarm } from "./swarm";

export interface HostStatus {
  readonly name: string;
  /**
   * What the swarm says: `ready`, `down`, with what is unusual. Of a machine that does not run `stopped` or `missing`. Where no manager's machine
   * runs, a machine's `running`, a server's `not asked`.
   */
  readonly state: string;
  /** Of a machine that runs: when it was started, ISO 8601, UTC. */
  readonly since?: string;
}
export interface Status {
  readonly hosts: readonly HostStatus[];
  /** None where no manager's machine runs: nobody can say. */
  readonly services: readonly ServiceStatus[];
}

/** One document each: nodes, services, tasks. `docker inspect` of nothing would be an error. */
const inspection = [
  "node ls -q:node inspect",
  "service ls -q:service inspect",
  "service ls -q | xargs -r docker service ps -q:inspect --type task",
]
  .map((each) => each.split(":") as [string, string])
  .map(([list, inspect]) => `found=$(docker ${list}); if [ -n "$found" ]; then docker ${inspect} $found; else echo '[]'; fi; echo ,`)
  .join("\n");

/** What runs where, since when, which version, what is unhealthy and why. @throws UserError `site.silent` when no manager that runs answers */
export async function status(context: Context): Promise<Status> {
  const machines = await machineStatus(context.site);
  const managers = hostsThatRun(context.site, machines, "manager");
  if (managers.length === 0) return statusOf(context.site, machines, null);
  const answer = await answerOf(context, managers, `set -e\n${inspection}\n`);
  const [nodes, services, tasks] = JSON.parse(`[${answer.trim().replace(/,$/, "")}]`) as [
    Swarm["nodes"],
    Swarm["services"],
    Swarm["tasks"],
  ];
  return statusOf(context.site, machines, { nodes, services, tasks });
}

/** What the machines and the swarm say, in one; null: no manager's machine runs. Pure. */
export function statusOf(site: Site, machines: readonly MachineStatus[], swarm: Swarm | null, nowMs = Date.now()): Status {
  const hosts = site.hosts.map((host) =>
    hostStatus(
      host,
      machines.find(({ name }) => name === host.name),
      swarm,
    ),
  );
  if (swarm === null) return { hosts, services: [] };
  const found = servicesOf(swarm, site.name, { nowMs, resting: restingOf(machines) });
  const missing = serviceKeys(site).filter((key) => !found.some(({ name }) => name === key));
  const absent = missing.map((name): ServiceStatus => ({ name, wanted: 1, running: 0, tasks: [], problem: notThere, past: null }));
  return { hosts, services: [...found, ...absent].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function hostStatus({ name }: Host, machine: MachineStatus | undefined, swarm: Swarm | null): HostStatus {
  if (machine && machine.state !== "running") return { name, state: machine.state };
  const since = machine?.startedAt ? { since: second(machine.startedAt) } : {};
  if (swarm === null) return { name, state: machine ? "running" : "not asked", ...since };
  const node = swarm.nodes.find(({ Description }) => Description.Hostname === name);
  const words = node
    ? [node.Status.State, node.Spec.Availability === "active" ? "" : node.Spec.Availability, node.Status.Message]
    : ["not in the swarm"];
  return { name, state: words.filter(Boolean).join(", "), ...since };
}

/** Of a service that somebody removed, or that the last `up` did not come to. */
const notThere = "not there";

/** A machine that does not run. */
const isResting = ({ state }: HostStatus) => state === "stopped" || state === "missing";

/** One screen: hosts, services, and a last line that says whether all is well. */
export function statusText({ hosts, services }: Status): string {
  const rows = services.flatMap(({ name, tasks, wanted }) =>
    tasks.length === 0
      ? [[name, "-", wanted === 0 ? "scaled to 0" : "nowhere", "", ""]]
      : tasks.map(({ host, state, since, version, digest }) => [name, host ?? "-", state, since, version ?? `image ${digest}`]),
  );
  const problems = services.filter(({ problem }) => problem !== null);
  return [
    ...table(
      ["HOST", "STATE", "SINCE"],
      hosts.map(({ name, state, since = "" }) => [name, state, since]),
    ),
    "",
    ...(rows.length === 0 ? [] : [...table(["SERVICE", "HOST", "STATE", "SINCE", "VERSION"], rows), ""]),
    ...services.flatMap(({ name, past }) => (past === null ? [] : [`${name} runs, but: ${past}`])),
    ...problems.map(({ name, problem }) => `${name}: ${problem}.${problem === notThere ? "" : ` Look: ./barecast logs ${name}`}`),
    lastLine({ hosts, services }, problems.length),
  ].join("\n");
}

function lastLine({ hosts, services }: Status, problems: number): string {
  if (services.length === 0) {
    return hosts.every(isResting)
      ? "Nothing runs: ./barecast up"
      : "No manager runs, so nobody can say what the other hosts still serve. Start it: ./barecast up";
  }
  const sum = `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}, ${services.length} services`;
  const wrong = problems + hosts.filter(({ state }) => state !== "ready").length;
  if (wrong === 0) return `${sum}: all is well`;
  const fix = hosts.some(isResting)
    ? "Start what is stopped, and put right what was changed by hand"
    : "Put right what was changed by hand";
  return `${sum}: ${wrong} not as ${wrong === 1 ? "it" : "they"} should be. ${fix}: ./barecast up`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
