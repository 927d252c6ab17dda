import { spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { ImageBuildError } from "./errors";
import type { Step } from "./steps";
import { writeLayout } from "./write-layout";

const shownLines = 25;

/**
 * Does the steps of one image, in order; what the programs say goes to `log`. Throws ImageBuildError at the first that fails.
 * Each program holds a lock (flock(1)): one that outlived an earlier run that was killed is waited for, before its files are touched.
 */
export async function perform(image: string, steps: readonly Step[], log: string, signal?: AbortSignal): Promise<void> {
  await mkdir(path.dirname(log), { recursive: true });
  await rm(log, { force: true });
  await run(image, { do: "run", command: ["true"] }, log, signal);
  for (const step of steps) {
    if (signal?.aborted) throw new ImageBuildError(image, step.do, log, "interrupted");
    await performOne(image, step, log, signal);
  }
}

async function performOne(image: string, step: Step, log: string, signal?: AbortSignal): Promise<void> {
  switch (step.do) {
    case "run":
      return run(image, step, log, signal);
    case "empty":
      await rm(step.folder, { recursive: true, force: true });
      await mkdir(step.folder, { recursive: true });
      return;
    case "folder":
      await mkdir(step.folder, { recursive: true });
      return;
    case "copy":
    case "copy compiled":
      return copy(image, step, log);
    case "remove":
      return rm(step.path, { recursive: true, force: true });
    case "rename":
      return rename(step.from, step.to);
    case "layout":
      return writeLayout(step.saved, step.layout, step.blobs);
  }
}

async function copy(image: string, step: Step & { do: "copy" | "copy compiled" }, log: string): Promise<void> {
  const { from, to, except } = step;
  if (!(await stat(from).catch(() => undefined))) {
    throw new ImageBuildError(image, `copy ${from}`, log, `${from}: Expected a file or folder, found nothing. Build it first`);
  }
  await mkdir(path.dirname(to), { recursive: true });
  const hasSource = (file: string) => step.do === "copy" || isCompiledFrom(step.sources, path.relative(from, file));
  const filter = (file: string) => file === from || (!except?.test(path.basename(file)) && hasSource(file));
  await cp(from, to, { recursive: true, dereference: true, filter });
}

/** Whether a file (or folder) of a compiler's output has its source: output for removed sources stays where it is. */
function isCompiledFrom(sources: string, output: string): boolean {
  const stem = path.join(sources, output.replace(/\.js$/, ""));
  return [stem, `${stem}.ts`, `${stem}.tsx`].some((file) => existsSync(file));
}

async function run(image: string, step: Step & { do: "run" }, log: string, signal?: AbortSignal): Promise<void> {
  const command = step.isRoot && process.getuid!() !== 0 ? ["sudo", ...step.command] : step.command;
  const output = createWriteStream(log, { flags: "a" });
  output.write(`$ ${command.join(" ")}\n`);
  const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, ...step.env };
  const failure = await new Promise<string | undefined>((resolve) => {
    // Not forked: who ends it ends the program itself.
    const child = spawn("flock", ["--no-fork", `${log}.lock`, ...command], {
      cwd: step.cwd,
      env,
      signal,
      stdio: [step.isRoot ? "inherit" : "ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `${command[0]} ended with ${signal ?? `exit code ${code}`}`));
  });
  await new Promise((resolve) => output.end(resolve));
  if (failure) throw new ImageBuildError(image, command.join(" "), log, `${failure}\n${await tail(log)}`);
}

async function tail(log: string): Promise<string> {
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  return lines
    .slice(-shownLines)
    .map((line) => `  | ${line}`)
    .join("\n");
}
