import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { RunnerError } from "../api";

interface Holder {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/**
 * Takes the lock of a stack as the CLI's file backend does, so that CLI and runner exclude each other. The lock of a process that
 * no longer runs on this machine is removed.
 * @returns what gives the lock back
 * @throws RunnerError `locked`
 */
export async function takeLock(backend: string, project: string, stack: string): Promise<() => Promise<void>> {
  const folder = path.join(backend, ".pulumi", "locks", "organization", project, stack);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseOthers(folder, "");
  const mine = path.join(folder, `${randomUUID()}.json`);
  const holder: Holder = {
    pid: process.pid,
    username: os.userInfo().username,
    hostname: os.hostname(),
    timestamp: new Date().toISOString(),
  };
  await writeFile(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    // Looked at again: of two that came at once, both see the other and both give way.
    await refuseOthers(folder, mine);
  } catch (error) {
    await rm(mine, { force: true });
    throw error;
  }
  return () => rm(mine, { force: true });
}

async function refuseOthers(folder: string, mine: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (file === mine || !name.endsWith(".json")) continue;
    const holder = await readHolder(file);
    if (!holder) continue;
    if (await isGone(holder)) {
      await rm(file, { force: true });
      continue;
    }
    throw new RunnerError(
      "locked",
      `${file}: The state is locked by ${holder.username}@${holder.hostname} (pid ${holder.pid}, since ${holder.timestamp}). ` +
        "Wait for that run to end; if it runs no more, remove the file",
    );
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const { mtime } = await stat(file);
    return { pid: 0, username: "unknown", hostname: "unknown", timestamp: mtime.toISOString() };
  }
}

/** Whether the holder ran on this machine and does no more; a process that started after the lock is another one. */
async function isGone({ pid, hostname, timestamp }: Holder): Promise<boolean> {
  if (hostname !== os.hostname() || !pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const started = await startOf(pid);
  return started !== undefined && started > Date.parse(timestamp) + 1000;
}

/** When a process started, by its folder under /proc; undefined where there is none. */
async function startOf(pid: number): Promise<number | undefined> {
  const fields = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const uptime = await readFile("/proc/uptime", "utf8").catch(() => undefined);
  if (!fields || !uptime) return undefined;
  const ticks = Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[19]);
  const upMs = Number(uptime.split(" ")[0]) * 1000;
  // USER_HZ is 100 on every Linux that Node runs on.
  return Date.now() - upMs + ticks * 10;
}
