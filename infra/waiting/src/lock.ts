import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
 * `stories`: the streaming stories, whose sites have names of their own on this computer.
 */
export const engineLock = (name: "build" | "images" | "stories") => lockFile(name);

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
  try {
    writeFileSync(recordOf(file), JSON.stringify({ pid: process.pid, purpose: options.purpose, since: new Date() }));
    return await work();
  } finally {
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

const recordOf = (file: string) => `${file}.holder`;

/** Who took the lock last. Of several that share it that one may be gone: then nobody is named. */
function holderOf(file: string): string {
  try {
    const { pid, purpose, since } = JSON.parse(readFileSync(recordOf(file), "utf8")) as { pid: number; purpose: string; since: string };
    process.kill(pid, 0);
    return `${purpose} (pid ${pid}, since ${since})`;
  } catch {
    return `another barecast on this computer (${file})`;
  }
}
