import { readFileSync } from "node:fs";
import path from "node:path";

/** The salt that the CLI keeps beside the program for this stack, so that a new state opens with its settings. */
export function saltOfSettings(folder: string, stack: string): string | undefined {
  try {
    return /^encryptionsalt:\s*(\S+)/m.exec(readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8"))?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
