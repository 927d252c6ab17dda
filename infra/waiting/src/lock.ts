import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Root's own folder where it is root who works, one per user otherwise. Empty after a reboot. */
function lockFile(name: string): string {
  const uid = process.getuid!();
  const folder = uid === 0 && existsSync("/run") ? "/run/barecast" : path.join(tmpdir(), `barecast-${uid}`);
  return path.join(folder, `${name}.lock`);
}

/**
 * Locks of this computer's engine, which all checkouts share; whoever needs both takes `build` first.
 * `build`: one builds at a time, and nobody removes what a build needs meanwhile.
 * `images`: alone for who removes images, together for those who make containers of what they just loaded.
 * `stories`, `deploy`, `trio`, `siteless`: the stories on the site that they share, those on sites of their own and on three hosts, and those
 * that need none. What they make bears the same names in each run.
 */
export const engineLock = (name: "build" | "images" | "stories" | "deploy" | "trio" | "siteless") => lockFile(name);

/** A site's machines have the site's name, whichever checkout made them: one works on it at a time. */
export const siteLock = (site: string) => lockFile(`site-${site}`);

/** Of a file that is read, changed and replaced: one does so at a time. */
export const fileLock = (file: string) => lockFile(`file-${createHash("sha256").update(path.resolve(file)).digest("hex").slice(0, 16)}`);

export interface LockOptions {
  /** What is done meanwhile, for those who wait: `the build of /srv/barecast`. */
  readonly purpose: string;
  /** Beside others that share it, too. */
  readonly isShared?: boolean;
  /** Told when it takes more than a second to get the lock: who has it, since when. */
  readonly onWait?: (holder: string) => void;
  /** Makes the error with which a lock that is held is not waited for. */
  readonly refuse?: (holder: string) => Error;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** What flock(1) ends with when it may not wait. */
const conflict = 75;

/**
 * Runs `work` while no other process on this computer does so under the same lock file. The kernel holds the lock (flock(1)) for a child
 * that ends with its standard input, so it is free again however we end.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const release = await hold(file, options);
  const record = `${file}.holder-${randomUUID()}`;
  try {
    // Who is alone holds it as the only one: all other records are of holders that were killed.
    if (!options.isShared) for (const left of recordsOf(file)) rmSync(left, { force: true });
    writeFileSync(record, JSON.stringify({ pid: process.pid, purpose: options.purpose, since: new Date() }));
    return await work();
  } finally {
    rmSync(record, { force: true });
    await release();
  }
}

async function hold(file: string, { isShared, onWait, refuse, signal }: LockOptions): Promise<() => Promise<void>> {
  const mode = [isShared ? "--shared" : "--exclusive", ...(refuse ? ["--nonblock", "--conflict-exit-code", String(conflict)] : [])];
  // In a group of its own: Ctrl-C must not free the lock while the work still ends.
  const holder = spawn("flock", [...mode, file, "sh", "-c", "echo held && exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const held = once(holder.stdout, "data");
  const gone = once(holder, "exit");
  const ended = gone.then(([code]) => {
    if (code === conflict && refuse) throw refuse(holderOf(file));
    throw new Error(`${file}: flock ended with ${code === null ? "a signal" : `exit code ${code}`} before it held the lock`);
  });
  ended.catch(() => undefined);
  const giveUp = () => holder.kill();
  signal?.addEventListener("abort", giveUp);
  const patience = setTimeout(() => onWait?.(holderOf(file)), 1000);
  await Promise.race([held, ended]).finally(() => {
    clearTimeout(patience);
    signal?.removeEventListener("abort", giveUp);
  });
  return async () => {
    holder.stdin.end();
    await gone;
  };
}

/** What those who hold the lock wrote of themselves, a file each. */
const recordsOf = (file: string) =>
  readdirSync(path.dirname(file))
    .filter((name) => name.startsWith(`${path.basename(file)}.holder-`))
    .map((name) => path.join(path.dirname(file), name));

interface Holder {
  readonly pid: number;
  readonly purpose: string;
  readonly since: string;
}

/** Who holds the lock: of several that share it, all, in their order. */
function holderOf(file: string): string {
  const holders = recordsOf(file)
    .flatMap(livingHolder)
    .sort((a, b) => (a.since < b.since ? -1 : 1));
  if (holders.length === 0) return `another barecast on this computer (${file})`;
  return holders.map(({ pid, purpose, since }) => `${purpose} (pid ${pid}, since ${since})`).join(" and ");
}

/** Nobody, when the record is just being written or removed, or its writer was killed. */
function livingHolder(record: string): Holder[] {
  try {
    const holder = JSON.parse(readFileSync(record, "utf8")) as Holder;
    process.kill(holder.pid, 0);
    return [holder];
  } catch {
    return [];
  }
}
