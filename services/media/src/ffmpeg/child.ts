import { type ChildProcess, spawn } from "node:child_process";
import { maskSecrets } from "../log";
import type { ChildPlan } from "./arguments";

const KEPT_LINES = 8;

/** One ffmpeg process; its last words are kept as evidence. */
export class Child {
  /** Settles when the process is gone; never rejects. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  private readonly process: ChildProcess;
  private lines: string[] = [];

  constructor(program: string, { args, stdin }: ChildPlan) {
    this.process = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"] });
    this.ended = new Promise((resolve) => {
      this.process.once("error", (error) => {
        this.lines.push(error.message);
        resolve({ code: null, signal: null });
      });
      this.process.once("close", (code, signal) => resolve({ code, signal }));
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => this.keep(text));
    this.process.stdin?.on("error", () => undefined);
    this.process.stdin?.end(stdin);
  }

  /** Its last lines, secrets masked. */
  get lastWords(): string {
    return maskSecrets(this.lines.join("\n"));
  }

  /** Asks it to end, and ends it after `graceMs`. */
  async stop(signal: "SIGINT" | "SIGKILL", graceMs: number): Promise<void> {
    this.send(signal);
    const timer = setTimeout(() => this.send("SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  // What could not be started has no process id. Node may then send the signal to 0 instead, which kill(2) takes for the whole process
  // group: the media server itself.
  private send(signal: "SIGINT" | "SIGKILL"): void {
    if (this.process.pid !== undefined) this.process.kill(signal);
  }

  private keep(text: string): void {
    const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
    this.lines = [...this.lines, ...lines].slice(-KEPT_LINES);
  }
}
