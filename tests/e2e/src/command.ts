import { spawn } from "node:child_process";
import { ownTime } from "@barecast/waiting";

/** A command that did not end as it should: its arguments, exit code, and last lines. */
export class CommandFailed extends Error {
  constructor(
    command: readonly string[],
    readonly exitCode: number | null,
    readonly output: string,
  ) {
    super(`${command.join(" ")} ended with ${exitCode}:\n${output.trimEnd().split("\n").slice(-40).join("\n")}`);
  }
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Of the time that this machine had for itself ({@link ownTime}). Default: a minute. */
  readonly withinMs?: number;
  /** For its standard input; without it there is none. */
  readonly input?: string;
}

/** Runs a command to its end. @returns what it printed on stdout @throws CommandFailed on another exit code than 0, or when it takes too long */
export async function run(command: readonly string[], { cwd, env, withinMs = 60_000, input }: CommandOptions = {}): Promise<string> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd, env, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  child.stdin?.on("error", () => undefined).end(input); // it may end without reading: its exit code tells
  let [stdout, all] = ["", ""];
  child.stdout!.on("data", (data) => ((stdout += String(data)), (all += String(data))));
  child.stderr!.on("data", (data) => (all += String(data)));
  let isLate = false;
  const clock = ownTime();
  const timer = setInterval(() => clock() > withinMs && ((isLate = true), child.kill("SIGKILL")), Math.min(withinMs, 1000));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearInterval(timer));
  if (code !== 0) throw new CommandFailed(command, code, isLate ? `${all}\nKilled: it did not end within ${withinMs / 1000} s` : all);
  return stdout;
}
