import { serviceKeys } from "@barecast/stack";
import { machineStatus } from "@barecast/machines";
import type { Context } from "../context";
import { answerOf } from "../steps/manager";
import { second, servicesOf, type ServiceStatus, type Swarm } from "./swarm";

export interface HostStatus {
  readonly name: string;
  /** A machine's `running`, `stopped`, `missing`; where it runs, and of servers, what the swarm says: `ready`, `down`, with what is unusual. */
  readonly state: string;
  /** Of a machine: when it was started, ISO 8601, UTC. */
  readonly since?: string;
}
export interface Status {
  readonly hosts: readonly HostStatus[];
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

/** What runs where, since when, which version, what is unhealthy and why. @throws UserError `site.silent` when the manager does not answer */
export async function status(context: Context): Promise<Status> {
  const machines = await machineStatus(context.site);
  const ofMachines = machines.map(({ name, state, startedAt }) => ({ name, state, ...(startedAt ? { since: second(startedAt) } : {}) }));
  if (machines.some(({ state }) => state !== "running")) return { hosts: ofMachines, services: [] };
  const answer = await answerOf(context, `set -e\n${inspection}\n`);
  const [nodes, services, tasks] = JSON.parse(`[${answer.trim().replace(/,$/, "")}]`) as [
    Swarm["nodes"],
    Swarm["services"],
    Swarm["tasks"],
  ];
  const hosts = context.site.hosts.map(({ name }): HostStatus => {
    const node = nodes.find(({ Description }) => Description.Hostname === name);
    const words = node
      ? [node.Status.State, node.Spec.Availability === "active" ? "" : node.Spec.Availability, node.Status.Message]
      : ["not in the swarm"];
    const since = ofMachines.find((machine) => machine.name === name)?.since;
    return { name, state: words.filter(Boolean).join(", "), ...(since ? { since } : {}) };
  });
  const found = servicesOf({ nodes, services, tasks }, context.site.name);
  const missing = serviceKeys(context.site).filter((key) => !found.some(({ name }) => name === key));
  const absent = missing.map((name): ServiceStatus => ({ name, wanted: 1, running: 0, tasks: [], problem: notThere, past: null }));
  return { hosts, services: [...found, ...absent].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Of a service that somebody removed, or that the last `up` did not come to. */
const notThere = "not there";

/** One screen: hosts, services, and a last line that says whether all is well. */
export function statusText({ hosts, services }: Status): string {
  const rows = services.flatMap(({ name, tasks, wanted }) =>
    tasks.length === 0
      ? [[name, "-", wanted === 0 ? "scaled to 0" : "nowhere", "", ""]]
      : tasks.map(({ host, state, since, version, digest }) => [name, host ?? "-", state, since, version ?? `image ${digest}`]),
  );
  const problems = services.filter(({ problem }) => problem !== null);
  const lost = hosts.filter(({ state }) => state !== "ready");
  const wrong = problems.length + lost.length;
  const sum = `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}, ${services.length} services`;
  return [
    ...table(
      ["HOST", "STATE", "SINCE"],
      hosts.map(({ name, state, since = "" }) => [name, state, since]),
    ),
    "",
    ...(rows.length === 0 ? [] : [...table(["SERVICE", "HOST", "STATE", "SINCE", "VERSION"], rows), ""]),
    ...services.flatMap(({ name, past }) => (past === null ? [] : [`${name} runs, but: ${past}`])),
    ...problems.map(({ name, problem }) => `${name}: ${problem}.${problem === notThere ? "" : ` Look: ./barecast logs ${name}`}`),
    ...(services.length === 0
      ? ["Nothing runs: ./barecast up"]
      : [wrong === 0 ? `${sum}: all is well` : `${sum}: ${wrong} not as it should be. Put right what was changed by hand: ./barecast up`]),
  ].join("\n");
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
