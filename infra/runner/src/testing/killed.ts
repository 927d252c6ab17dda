import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { CountedDocker, Harness } from "./harness";

/** The runner as it is delivered: a process that is killed can't be the test's own. */
export const COMPILED = path.join(__dirname, "..", "..", "dist", "index.js");

/**
 * Runs `up` in a process of its own and kills it, as kill -9 does, once Docker has taken its n-th write but not answered it.
 * @returns how many writes Docker took; less than `n` when the run came to its end
 * @throws Error when the runner is not compiled
 */
export async function killedAtWrite(harness: Harness<CountedDocker>, n: number, config: Record<string, string>): Promise<number> {
  if (!existsSync(COMPILED)) throw new Error(`${COMPILED}: Expected the compiled runner, found nothing. Run npx tsc -b infra/runner`);
  const { onEvent: _onEvent, signal: _signal, ...options } = harness.options(config);
  const script = `require(${JSON.stringify(COMPILED)}).up(${JSON.stringify(options)}).catch(() => process.exit(1))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let count = 0;
  harness.docker.onWrite = () => {
    count++;
    if (count === n) child.kill("SIGKILL");
  };
  await ended;
  harness.docker.onWrite = () => {};
  return count;
}
