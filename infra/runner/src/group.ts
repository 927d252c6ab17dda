import type { ChildProcess } from "node:child_process";

/** Ends a child that leads a group of its own, and all it started. Resolves when it is gone. */
export async function endGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const { pid, exitCode, signalCode } = child;
  if (!pid || exitCode !== null || signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  await gone;
}
