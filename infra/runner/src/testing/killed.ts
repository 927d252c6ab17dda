import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CountedDocker, Harness } from "./harness";

/** The runner as it is delivered: a process that is killed can't be the test's own. */
export const COMPILED = path.join(__dirname, "..", "..", "dist", "index.js");

/**
 * When a run is killed that has made its n-th write: while Docker hasn't answered it; with the next state whole in its draft, but not in its
 * place; or between two steps, with that state in its place.
 */
export type Moment = "unanswered" | "unwritten" | "written";
export const MOMENTS = ["unanswered", "unwritten", "written"] as const satisfies readonly Moment[];

/**
 * Runs `up` in a process of its own and kills it, as kill -9 does, once Docker has taken its n-th write.
 * @returns how many writes Docker took; less than `n` when the run came to its end
 * @throws Error when the runner is not compiled
 */
export async function killedAtWrite(
  harness: Harness<CountedDocker>,
  n: number,
  config: Record<string, string>,
  moment: Moment = "unanswered",
): Promise<number> {
  if (!existsSync(COMPILED)) throw new Error(`${COMPILED}: Expected the compiled runner, found nothing. Run npx tsc -b infra/runner`);
  const { onEvent: _onEvent, signal: _signal, ...options } = harness.options(config);
  const mark = path.join(harness.folder, "killed-at-next-state");
  const script = `${killingItself(mark, moment)}require(${JSON.stringify(COMPILED)}).up(${JSON.stringify(options)}).catch(() => process.exit(1))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: "ignore", env: { ...process.env, ...options.env } });
  const ended = new Promise<string | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  let count = 0;
  harness.docker.onWrite = () => {
    count++;
    if (count !== n) return;
    if (moment === "unanswered") child.kill("SIGKILL");
    else writeFileSync(mark, "");
  };
  const signal = await ended;
  harness.docker.onWrite = () => {};
  rmSync(mark, { force: true });
  if (count >= n && signal !== "SIGKILL")
    throw new Error(`Expected the run to be killed at its write ${n} (${moment}), but it ended by itself`);
  return count;
}

/** Beginning of a process that kills itself at the first state that it writes when the mark is there: then a write to Docker is to be noted. */
const killingItself = (mark: string, moment: Moment): string =>
  moment === "unanswered"
    ? ""
    : `const fs = require("node:fs/promises");
const { rename } = fs;
const die = () => require("node:fs").existsSync(${JSON.stringify(mark)}) && process.kill(process.pid, "SIGKILL");
fs.rename = async (...paths) => { ${moment === "unwritten" ? "die(); await rename(...paths);" : "await rename(...paths); die();"} };
`;
