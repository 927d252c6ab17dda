import { spawn, type ChildProcess } from "node:child_process";
import type { CommandOptions } from "./command";
import type { Ended } from "./running";
import { until } from "./until";

/** A command on a terminal of its own (script(1)): what it shows, and Ctrl-C as one types it. */
export class Terminal {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private shown = "";

  constructor(command: string, { cwd, env }: Omit<CommandOptions, "withinMs"> = {}) {
    // In CI, too, the command is to find a terminal and nothing else.
    const { CI: _ci, ...own } = env ?? process.env;
    this.child = spawn("script", ["-qefc", command, "/dev/null"], { cwd, env: own, stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout!.on("data", (data) => (this.shown += String(data)));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code, signal) => resolve({ code, signal, output: this.shown }));
    });
  }

  /** Waits until it shows something. @throws Error with what it showed, when it ends before or shows it too late */
  async shows(text: string, withinMs: number): Promise<void> {
    let isOver = false;
    void this.ended.finally(() => (isOver = true));
    const missing = () => (this.shown.includes(text) || isOver ? null : `It shows ${JSON.stringify(this.shown.slice(-300))}`);
    await until(`"${text}"`, missing, { withinMs, everyMs: 20 });
    if (!this.shown.includes(text)) throw new Error(`"${text}": The command ended before:\n${this.shown.slice(-3000)}`);
  }

  /** Types Ctrl-C. */
  interrupt(): void {
    this.child.stdin!.write("\x03");
  }
}

/** What a person reads at the end: lines as the terminal leaves them, each drawn over by what came after it. */
export const linesOf = (output: string): string[] =>
  output
    .split("\r\n")
    .map((line) => line.split("\r\x1b[2K").at(-1)!)
    .filter((line) => line !== "");
