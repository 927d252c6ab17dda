import { engineLock } from "@barecast/waiting";
import { heldLock } from "./heldLock";
import { projectFolder } from "./project";

/** Of stories. Two runs of one kind would meet in names and addresses. */
export type StoryKind = Exclude<Parameters<typeof engineLock>[0], "build" | "images">;

/**
 * Takes a lock of stories on this computer.
 * @returns what gives it back @throws Error who else has it
 */
export function exclusively(kind: StoryKind): Promise<() => Promise<void>> {
  const refuse = (holder: string) => new Error(`Expected no other stories at work on this computer, found ${holder}. Wait until they end`);
  return heldLock(engineLock(kind), { purpose: `the stories of ${projectFolder}`, refuse });
}
