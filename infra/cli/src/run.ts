import { spawn } from "node:child_process";

/** What a finished command left: its exit code (null: ended by a signal) and its output. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without a shell and waits; after `timeoutMs` it is ended (SIGTERM). A missing program is code 127. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; timeoutMs?: number; input?: string; signal?: AbortSignal } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { env = process.env, timeoutMs, signal } = options;
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"], signal });
    // Not spawn's own: that goes on, and kills process group 0, where nothing could be started.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.pid !== undefined && child.kill(), timeoutMs);
    const chunks = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (chunks.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (chunks.stderr += chunk.toString()));
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code === "ENOENT") resolve({ code: 127, stdout: "", stderr: `${command}: not found` });
      else reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...chunks });
    });
    // One that ends without reading: its exit code tells.
    child.stdin.on("error", () => undefined).end(options.input);
  });
}
