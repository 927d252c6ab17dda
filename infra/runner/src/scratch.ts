import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Makes a folder for this process alone (0700), after removing those that killed processes left behind. */
export async function makeScratch(kind: "runner" | "docker"): Promise<string> {
  const prefix = `barecast-${kind}-`;
  for (const name of await readdir(os.tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(/^\d+(?=-)/.exec(name.slice(prefix.length))?.[0]) : NaN;
    // Another user's folder may refuse: it is that user's to remove.
    if (pid > 0 && !isAlive(pid)) await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
