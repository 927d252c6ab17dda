import { projectFolder } from "./project";
import { Running } from "./running";

const modules = `${projectFolder}/infra/waiting/dist/lock.js`;

/**
 * Another checkout at work: holds a lock of this computer as it would, until it is interrupted; a minute at most, for a test that is no more
 * must keep nobody waiting.
 * @param lock `engineLock("build")`, `siteLock("replica")`
 */
export async function atWork(lock: string, purpose: string, isShared = false): Promise<Running> {
  const script =
    `const { engineLock, siteLock, withLock } = require(${JSON.stringify(modules)});` +
    `withLock(${lock}, ${JSON.stringify({ purpose, isShared })}, () => new Promise((resolve) => {` +
    `process.once("SIGINT", resolve); setTimeout(resolve, 60_000); console.log("at work"); })).then(() => process.exit(0));`;
  const other = new Running([process.execPath, "-e", script]);
  await other.says(/at work/, 60_000);
  return other;
}
