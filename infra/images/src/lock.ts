import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";

/**
 * Runs `work` while no other process on this machine does so under the same lock file. The kernel holds the lock (flock(1)) for a child
 * that ends with its standard input, so it is free again however we end. `onWait` is told when it takes more than a second to get it.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  const holder = spawn("flock", [file, "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  const held = once(holder.stdout, "data");
  const ended = once(holder, "exit").then(([code]) => {
    throw new Error(`${file}: flock ended with exit code ${code} before it held the lock`);
  });
  ended.catch(() => undefined);
  const patience = setTimeout(() => onWait?.(), 1000);
  await Promise.race([held, ended]).finally(() => clearTimeout(patience));
  try {
    return await work();
  } finally {
    const gone = once(holder, "exit");
    holder.stdin.end();
    await gone;
  }
}
