import { readdirSync, readFileSync } from "node:fs";

/** Arguments of every process of this computer, each with a zero byte behind it, by process id. */
export function commandLines(): Map<number, string> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(pids.map((pid) => [Number(pid), commandLine(pid)]));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
}
