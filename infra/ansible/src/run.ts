import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Place, Site } from "@barecast/site";
import type { Stack } from "@barecast/stack";
import { makeScratch } from "@barecast/waiting";

import { defaultCache, hostDigests } from "./digests";
import { AnsibleError } from "./errors";
import { eventOf, type AnsibleEvent, type HostCounts, type TaskEvent } from "./events";
import { folderOf } from "./folders";
import { inventoryOf } from "./inventory";
import { ensureRegistryArchive, readRegistryImage } from "./registry-image";
import { ansibleSettings } from "./settings";
import { sshProblem } from "./ssh";
import { type HostSecrets, type RegistryImage, secretVariables } from "./variables";

export interface RunInput {
  readonly project: string;
  readonly site: Site;
  readonly stack: Pick<Stack, "hosts">;
  readonly secrets: HostSecrets;
  /** Its `sshKey` and `knownHosts` are there already. */
  readonly place: Pick<Place, "ansible" | "sshKey" | "knownHosts">;
  readonly cache?: string;
  /** `site` makes hosts members of the site, `down` takes the site off them. */
  readonly playbook?: "site" | "down";
  /** Only these hosts. */
  readonly limit?: readonly string[];
  /** Changes nothing, says what would change. */
  readonly check?: boolean;
  /** For `down`: the data, too. */
  readonly wipe?: boolean;
  readonly onEvent?: (event: AnsibleEvent) => void;
  readonly signal?: AbortSignal;
}

export interface RunOutcome {
  readonly hosts: Readonly<Record<string, HostCounts>>;
  /** Digest per host that this run has applied; none for `down` and for a check. */
  readonly applied: Readonly<Record<string, string>>;
  readonly durationMs: number;
}

/**
 * Runs a playbook over the site's hosts.
 * @throws AnsibleError naming host, role and task that failed, with the task's last lines as evidence.
 */
export async function runPlaybook(input: RunInput): Promise<RunOutcome> {
  const began = Date.now();
  const program = path.join(input.project, ".tools", "python", "bin", "ansible-playbook");
  if (!existsSync(program)) {
    throw new AnsibleError(
      "ansible.missing",
      `${program}: Expected Ansible of the project's own, found nothing. Run: make up (it brings its tools)`,
    );
  }
  // What is taken away needs no image.
  const digests = input.playbook === "down" ? {} : hostDigests(input.site, input.stack, input);
  // SSH's sockets, which need a short path, and what is secret: gone after the run.
  const scratch = makeScratch("ssh");
  try {
    writeRunFiles(input, scratch, digests);
    const hosts = await execute(program, argumentsOf(input, scratch), input);
    const isApplied = (input.playbook ?? "site") === "site" && !input.check;
    const applied = Object.fromEntries(Object.keys(hosts).flatMap((host) => (isApplied ? [[host, digests[host]!]] : [])));
    return { hosts, applied, durationMs: Date.now() - began };
  } finally {
    closeChannels(scratch);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Ends SSH's shared channels, which would stay for a while in the background. One that has ended by itself is no fault. */
function closeChannels(scratch: string): void {
  for (const { name } of readdirSync(scratch, { withFileTypes: true }).filter((entry) => entry.isSocket()))
    spawnSync("ssh", ["-F", "none", "-o", `ControlPath=${path.join(scratch, name)}`, "-O", "exit", "host"]);
}

const secretsName = "secrets.json";

/** The command line: nothing secret stands in it. */
export function argumentsOf({ playbook = "site", limit, check, wipe }: RunInput, scratch: string): string[] {
  return [
    path.join(folderOf("playbooks"), `${playbook}.yml`),
    "--extra-vars",
    `@${path.join(scratch, secretsName)}`,
    ...(limit ? ["--limit", limit.join(",")] : []),
    ...(check ? ["--check"] : []),
    ...(wipe ? ["--extra-vars", '{"wipe": true}'] : []),
  ];
}

function writeRunFiles(input: RunInput, scratch: string, digests: Record<string, string>): void {
  const { site, stack, secrets, place } = input;
  const folder = place.ansible;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const registryImage = input.playbook === "down" ? { id: "", archive: "" } : registryImageOf(input);
  const write = (file: string, content: string) => writeFileSync(file, content, { mode: 0o600 });
  write(path.join(folder, "inventory.json"), inventoryOf(site, stack.hosts, { registryImage, sshKey: place.sshKey, digests }));
  write(path.join(folder, "ansible.cfg"), ansibleSettings({ folder, knownHosts: place.knownHosts, sockets: scratch }));
  write(path.join(scratch, secretsName), `${JSON.stringify(secretVariables(secrets))}\n`);
  // An earlier version's.
  rmSync(path.join(folder, secretsName), { force: true });
}

function registryImageOf({ project, place, cache }: RunInput): RegistryImage {
  const image = readRegistryImage(cache ?? defaultCache(project));
  return { id: image.id, archive: ensureRegistryArchive(place.ansible, image) };
}

function execute(program: string, args: readonly string[], { place, onEvent, signal }: RunInput): Promise<Record<string, HostCounts>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: environment(place.ansible), stdio: ["ignore", "pipe", "pipe"], signal });
    const failures: TaskEvent[] = [];
    const rest: string[] = [];
    let hosts: Readonly<Record<string, HostCounts>> | undefined;
    const take = (line: string) => {
      const event = eventOf(line);
      if (!event) return void (line.trim() !== "" && rest.push(line));
      if (event.event === "stats") hosts = event.hosts;
      if (event.event === "task" && (event.status === "failed" || event.status === "unreachable")) failures.push(event);
      onEvent?.(event);
    };
    createInterface(child.stdout).on("line", take);
    createInterface(child.stderr).on("line", take);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0 && hosts) resolve({ ...hosts });
      else reject(failureOf(failures, code, rest));
    });
  });
}

/** The first failure as an error for the user; where Ansible failed before any task, its own words. Pure. */
export function failureOf(failures: readonly TaskEvent[], code: number | null, rest: readonly string[]): AnsibleError {
  const [first] = failures;
  if (!first)
    return new AnsibleError("ansible.run", `ansible-playbook: Expected a run to its end, found exit code ${code}`, rest.slice(-25));
  const { host, role, task, status, evidence = [] } = first;
  const others = [...new Set(failures.slice(1).map((failure) => failure.host))].filter((name) => name !== host);
  const where = `hosts.${host}: ${role ? `${role}: ` : ""}${task}`;
  const also = others.length > 0 ? ` (${others.join(", ")} failed, too)` : "";
  const reason = evidence[0] ?? "no message";
  if (status === "unreachable") {
    return new AnsibleError("ansible.unreachable", `${sshProblem(host, evidence.join("\n"))}${also}`);
  }
  return new AnsibleError("ansible.task", `${where}: ${reason}${also}`, evidence);
}

/** Ansible reads nothing of the user's own settings. */
function environment(folder: string): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANSIBLE_")));
  return {
    ...own,
    ANSIBLE_CONFIG: path.join(folder, "ansible.cfg"),
    ANSIBLE_HOME: path.join(folder, "home"),
    PYTHONUNBUFFERED: "1",
    // Ansible itself is compiled already; what it loads of the project would leave folders there.
    PYTHONDONTWRITEBYTECODE: "1",
    LC_ALL: "C.UTF-8",
  };
}
