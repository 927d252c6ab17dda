import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { endGroup } from "../group";

const PRELOADED = ["guard.js", "lean.js"].flatMap((name) => ["--require", path.join(__dirname, "..", "..", "assets", name)]);

export interface ChildOptions {
  /** The SDK's script. */
  script: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Environment that may be secret, and the file of the runner's own folder by which it goes. */
  settings?: { file: string; values: Record<string, string> };
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}

/** A Node process of the SDK's, in a group of its own; ends with this process. */
export class Child {
  readonly process: ChildProcess;
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;

  constructor({ script, args, cwd, env, settings, onLine }: ChildOptions) {
    if (settings) writeFileSync(settings.file, JSON.stringify(settings.values), { mode: 0o600 });
    const used = { ...process.env, ...env, ...(settings ? { BARECAST_RUNNER_SETTINGS: settings.file } : {}) };
    this.process = spawn(process.execPath, [...PRELOADED, script, ...args], { cwd, env: used, detached: true, stdio: "pipe" });
    this.ended = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", resolve);
    });
    this.ended.catch(() => {});
    // Written to after its end: its exit tells more than the broken pipe.
    this.process.stdin!.on("error", () => {});
    for (const stream of ["stdout", "stderr"] as const) byLine(this.process[stream]!, (line) => onLine(line, stream));
  }

  /** Ends the process and all it started. */
  async stop(): Promise<void> {
    await endGroup(this.process, "SIGKILL");
    await this.ended.catch(() => {});
  }
}

function byLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
}
