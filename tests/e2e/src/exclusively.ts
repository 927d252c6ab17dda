import { engineLock, withLock } from "@barecast/waiting";
import { projectFolder } from "./project";

/**
 * Takes a lock of stories on this computer.
 * @returns what gives it back @throws Error who else has it
 */
export function exclusively(kind: "stories" | "deploy" | "siteless"): Promise<() => Promise<void>> {
  const refuse = (holder: string) => new Error(`Expected no other stories at work on this computer, found ${holder}. Wait until they end`);
  return new Promise((taken, refused) => {
    const options = { purpose: `the stories of ${projectFolder}`, refuse };
    const run: Promise<void> = withLock(engineLock(kind), options, () => new Promise((done) => taken(() => (done(), run))));
    run.catch(refused);
  });
}
