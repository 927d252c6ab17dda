import { sshArguments } from "@barecast/ansible";
import { machineStatus } from "@barecast/machines";
import { UserError } from "@barecast/site";
import type { Context } from "../context";
import { requireUp } from "../steps/running";
import { run } from "../run";

/** A command on the site's manager, by the pinned host key. */
function onManager({ site, place, signal }: Context, command: string, timeoutMs = 10_000) {
  const manager = site.hosts.find(({ roles }) => roles.includes("manager"))!;
  return run("ssh", [...sshArguments(manager, place), command], { timeoutMs, signal });
}

export interface ServiceStatus {
  readonly name: string;
  readonly node: string;
  readonly state: string;
  readonly image: string;
  readonly error: string;
}

export interface Status {
  readonly machines: readonly { readonly name: string; readonly state: string }[];
  readonly services: readonly ServiceStatus[];
}

/** What runs where, since when, and what is unhealthy and why. */
export async function status(context: Context): Promise<Status> {
  const machines = (await machineStatus(context.site)).map(({ name, state, startedAt }) => ({
    name,
    state: state === "running" ? `running since ${startedAt}` : state,
  }));
  if (machines.some(({ state }) => !state.startsWith("running"))) return { machines, services: [] };
  const format = "{{.Name}}\\t{{.Node}}\\t{{.CurrentState}}\\t{{.Image}}\\t{{.Error}}";
  const found = await onManager(
    context,
    `docker service ls -q | xargs -r docker service ps --no-trunc --filter desired-state=running --format '${format}'`,
  );
  if (found.code !== 0)
    throw new UserError(
      "status",
      `The site's manager does not answer: ${found.stderr.trim() || `exit ${found.code}`}. Run: ./barecast up`,
      4,
    );
  const services = found.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", node = "", state = "", image = "", error = ""] = line.split("\t");
      return { name, node, state, image: image.replace(/^.*\/([^@]+)@sha256:(.{10}).*$/, "$1@$2"), error };
    });
  return { machines, services };
}

export function statusText({ machines, services }: Status): string {
  const rows = [
    ...machines.map(({ name, state }) => ["machine", name, state, ""]),
    ...services.map(({ name, node, state, image, error }) => [name, node, state + (error === "" ? "" : ` (${error})`), image]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The last lines of a service's log, of all its tasks. @throws UserError when there is no such service, with those that are there */
export async function logs(context: Context, service: string, lines: string): Promise<string> {
  if (!/^[1-9]\d{0,5}$/.test(lines))
    throw new UserError("logs.lines", `--lines: Expected a whole number from 1 to 999999, found "${lines}"`);
  await requireUp(context);
  const { name: site } = context.site;
  const names = (await onManager(context, "docker service ls --format '{{.Name}}'")).stdout.split("\n").filter((line) => line !== "");
  const name = names.find((each) => each === service || each === `${site}-${service}`);
  if (!name) {
    const known = names.map((each) => each.replace(`${site}-`, "")).sort();
    throw new UserError(
      "logs.service",
      `logs: Expected one of ${known.join(", ") || "no services, there are none yet"}, found "${service}"`,
    );
  }
  const found = await onManager(context, `timeout 8 docker service logs --no-trunc --raw --tail ${lines} ${name} 2>&1`);
  if (found.code !== 0 && found.code !== 124) throw new UserError("logs", `${name}: ${found.stdout.trim() || found.stderr.trim()}`, 4);
  return found.stdout;
}
