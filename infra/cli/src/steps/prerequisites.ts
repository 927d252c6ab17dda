import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { UserError } from "@barecast/site";
import { until } from "@barecast/waiting";
import type { Context } from "../context";
import { run } from "../run";
import { lookAtEngine, type Computer } from "./look";
import { programs } from "./programs";

/** What is there where systemd is PID 1, as sd_booted(3) says. */
const systemdFolder = "/run/systemd/system";

/**
 * Installs the Debian packages whose programs are missing, and starts Docker. Does nothing where all is there.
 * @throws UserError `apt`, `docker.start` with the last words of what failed
 */
export async function bringPrerequisites(
  context: Pick<Context, "progress" | "signal" | "project">,
  computer: Pick<Computer, "missing" | "engine">,
  { systemd = systemdFolder, answersWithinMs = 60_000 } = {},
): Promise<void> {
  const packages = [...new Set(computer.missing.map((program) => programs[program]!))];
  if (packages.length > 0) {
    await context.progress.step("Install packages", async (note) => {
      note(packages.join(" "));
      await apt(["update", "-q"], context.signal);
      await apt(["install", "-q", "-y", "--no-install-recommends", ...packages], context.signal);
    });
  }
  if (computer.engine === null)
    await context.progress.step("Start Docker", () => startDocker(context, existsSync(systemd), answersWithinMs));
}

async function apt(args: readonly string[], signal: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { code, stdout, stderr } = await run("apt-get", args, { env, signal });
  if (code !== 0) throw new UserError("apt", `apt-get ${args[0]} failed:\n${lastLines(stdout + stderr)}`, 3);
}

const lastLines = (text: string) => text.trimEnd().split("\n").slice(-15).join("\n");

/** systemd's unit where systemd runs; otherwise the daemon itself, detached, with its log beside the project's. */
async function startDocker(context: Pick<Context, "signal" | "project">, hasSystemd: boolean, withinMs: number): Promise<void> {
  const log = path.join(context.project, ".tools", "log", "dockerd.log");
  if (hasSystemd) await run("systemctl", ["enable", "--now", "docker"], { timeoutMs: 60_000 });
  else {
    mkdirSync(path.dirname(log), { recursive: true });
    const out = openSync(log, "a");
    const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", out, out], env: process.env });
    // One that can't be started is found below, by Docker not answering.
    daemon.on("error", (error) => appendFileSync(log, `${error.message}\n`));
    daemon.unref();
  }
  await until(async () => ((await lookAtEngine()) === null ? "It does not answer" : null), {
    withinMs,
    everyMs: 300,
    signal: context.signal,
    fail: async () => {
      const words = hasSystemd ? await run("systemctl", ["status", "docker", "--no-pager"]) : await run("tail", ["-n", "15", log]);
      return new UserError(
        "docker.start",
        `Docker did not answer within ${withinMs / 1000} s. Its last words:\n${lastLines(words.stdout)}`,
        3,
      );
    },
  });
}
