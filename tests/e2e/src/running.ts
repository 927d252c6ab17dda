import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { CommandOptions } from "./command";
import { until } from "./until";

/** How a command ended: its exit code, or the signal that ended it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that it said. */
  readonly output: string;
}

/** A command in a process group of its own, as a terminal starts it: interrupted or killed as a whole. */
export class Running {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private said = "";

  constructor(command: readonly string[], { cwd, env }: Omit<CommandOptions, "withinMs"> = {}) {
    const [file = "", ...args] = command;
    this.child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on("data", (data) => (this.said += String(data)));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      // Not its exit: then its last words may not have been read yet.
      this.child.once("close", (code, signal) => resolve({ code, signal, output: this.said }));
    });
  }

  /** Waits until `reason` gives null. @throws Error with what the command said, when it ends before, or with the last reason */
  async reaches(what: string, reason: () => string | null | Promise<string | null>, withinMs: number): Promise<void> {
    let isOver = false;
    void this.ended.finally(() => (isOver = true));
    const check = async () => (isOver ? null : reason());
    await until(what, check, { withinMs, everyMs: 50 });
    if (isOver) throw new Error(`${what}: The command ended before:\n${this.said.split("\n").slice(-40).join("\n")}`);
  }
  /** Waits until it has said something. */
  says(what: RegExp, withinMs: number): Promise<void> {
    return this.reaches(String(what), () => (what.test(this.said) ? null : `It said: ${this.said.slice(-500)}`), withinMs);
  }

  /** Ctrl-C. @returns how it ended */
  interrupt(): Promise<Ended> {
    process.kill(-this.child.pid!, "SIGINT");
    return this.ended;
  }
  /** kill -9. */
  async kill(): Promise<void> {
    process.kill(-this.child.pid!, "SIGKILL");
    await this.ended;
  }
}

/** Command lines of the processes whose environment names something: what a run started and left, whatever its group. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(text)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
      } catch (error) {
        // Gone meanwhile, or another user's.
        if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
        throw error;
      }
    })
    .filter((line) => line !== "");
}
