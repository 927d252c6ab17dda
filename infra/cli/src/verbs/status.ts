import { sshArguments } from "@barecast/ansible";
import { machineStatus } from "@barecast/machines";
import { UserError } from "@barecast/site";
import type { Context } from "../context";
import { requireUp } from "../steps/running";
import { run } from "../run";

/** A shell command on the site's manager, as root. */
function onManager({ site, place, signal }: Context, input: string) {
  const manager = site.hosts.find(({ roles }) => roles.includes("manager"))!;
  const shell = manager.ssh.user === "root" ? "sh -s" : "sudo -n sh -s";
  return run("ssh", [...sshArguments(manager, place), shell], { input, timeoutMs: 10_000, signal });
}

/** What a command on the manager prints. @throws UserError `site.silent` when it fails there, or nobody answers */
async function answerOf(context: Context, command: string): Promise<string> {
  const { code, stdout, stderr } = await onManager(context, command);
  if (code === 0) return stdout;
  const found = stderr.trim() || (code === null ? "no answer within 10 s" : `exit code ${code}`);
  throw new UserError("site.silent", `The site's manager does not answer: ${found}. Run: ./barecast up`, 4);
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
  const answer = await answerOf(
    context,
    `docker service ls -q | xargs -r docker service ps --no-trunc --filter desired-state=running --format '${format}'`,
  );
  const services = answer
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
  if (rows.length === 0) return "Nothing runs yet: ./barecast up";
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
  const names = (await answerOf(context, "docker service ls --format '{{.Name}}'")).split("\n").filter((line) => line !== "");
  if (names.length === 0) throw new UserError("site.down", `${site}: Expected services on it, found none yet. Run: ./barecast up`, 4);
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
