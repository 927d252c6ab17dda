import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CommandFailed, run } from "./command";
import { projectFolder } from "./project";
import { docker } from "./session";
import { merged, storySite, writeSiteFile } from "./siteFile";

/** Unprivileged, and owner of nothing. */
const nobody = 65534;

/** What of this computer is taken away or replaced for one command. All of it ends with the command: nothing is left to put back. */
export interface Lack {
  /** Programs that PATH does not have. */
  readonly programs?: readonly string[];
  /** Shell scripts that PATH has first, by name. */
  readonly stubs?: Readonly<Record<string, string>>;
  /** Files that can't be run, wherever PATH leads. */
  readonly files?: readonly string[];
  /** Folders with a disk of their own of 64 MB. */
  readonly fullDisks?: readonly string[];
  readonly isNobody?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command left: its exit code and all that it printed. */
export interface Left {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A site of a name of its own, on a computer that lacks something. */
export class PoorComputer {
  readonly folder = mkdtempSync(path.join(tmpdir(), "barecast-poor-"));
  readonly siteFile: string;
  /** What names its site. */
  readonly env: Readonly<Record<string, string>>;

  constructor(readonly site: string) {
    // For others to enter: one who is nobody must get at what is his in here.
    chmodSync(this.folder, 0o755);
    const changes = { site, domain: `${site}.localhost`, network: { machines: "172.30.246.0/24" } };
    this.siteFile = writeSiteFile(merged(storySite, changes), this.folder);
    this.env = { SITE: this.siteFile, BARECAST_STATE: this.path("state"), BARECAST_AGE_KEY_FILE: this.path("site.agekey") };
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** `./barecast` with these words, in the project (or a copy of it). */
  async barecast(words: readonly string[], lack: Lack = {}, project = projectFolder): Promise<Left> {
    const { programs = [], stubs = {}, files = [], fullDisks = [], isNobody = false, env = {} } = lack;
    const place = this.path("project");
    for (const folder of [place, ...fullDisks]) mkdirSync(folder, { recursive: true });
    const setUp = [
      // The project may lie where only its owner may go.
      `mount --bind ${project} ${place}`,
      ...files.map((file) => `mount --bind /dev/null ${file}`),
      ...fullDisks.map((folder) => `mount -t tmpfs -o size=64m none ${folder}`),
      `cd ${place}`,
      `export PATH=${this.#searchPath(programs, stubs)}`,
    ];
    const as = isNobody ? `setpriv --reuid=${nobody} --regid=${nobody} --clear-groups ` : "";
    const script = `${setUp.join(" && ")} && exec ${as}./barecast "$@"`;
    const command = ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, "sh", ...words];
    return leftOf(command, { ...process.env, ...this.env, ...(isNobody ? { HOME: this.path("home") } : {}), ...env });
  }

  /** A copy of what runs before there is a Node, without the tools that it would bring. */
  freshCopy(owner: "root" | "nobody"): string {
    const copy = this.path(`copy-of-${owner}`);
    for (const file of ["barecast", "infra/toolchain", "package-lock.json"])
      cpSync(path.join(projectFolder, file), path.join(copy, file), { recursive: true });
    if (owner === "nobody")
      for (const entry of ["", ...readdirSync(copy, { recursive: true })]) lchownSync(path.join(copy, String(entry)), nobody, nobody);
    return copy;
  }

  /** Everything of the site that is there: what Docker has with its label, and its files. */
  async made(): Promise<string[]> {
    const filters = { label: [`barecast.site=${this.site}`] };
    const [containers, networks, { Volumes }] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    const files = ["state", "site.agekey"].filter((file) => existsSync(this.path(file)));
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name), ...Volumes.map(({ Name }) => Name), ...files];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #searchPath(without: readonly string[], stubs: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(this.path("bin-"));
    chmodSync(folder, 0o755);
    for (const [name, script] of Object.entries(stubs)) writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    for (const from of (process.env["PATH"] ?? "").split(":").filter((entry) => existsSync(entry)))
      for (const name of readdirSync(from))
        if (!without.includes(name) && !existsSync(path.join(folder, name))) link(path.join(from, name), path.join(folder, name));
    return folder;
  }
}

function link(target: string, file: string): void {
  try {
    symlinkSync(target, file);
  } catch (error) {
    // A link to nothing, in an earlier folder of PATH, has the name.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Runs a command to its end, whatever that is. */
export async function leftOf(command: readonly string[], env: NodeJS.ProcessEnv, withinMs = 300_000): Promise<Left> {
  try {
    return { exitCode: 0, output: await run(command, { cwd: projectFolder, env, withinMs }) };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { exitCode: error.exitCode, output: error.output };
  }
}

/** The lines in which a problem is told. */
export const problemsIn = ({ output }: Left): string[] => output.split("\n").filter((line) => line.includes("Expected"));
