import { mkdir, open } from "node:fs/promises";
import path from "node:path";

/** The folder that clients know, wherever it lies on this machine. */
const PUBLIC_FOLDER = "/recordings";

/** The file on this machine of a `file:` address, or undefined for anything outside the recordings folder. */
export function fileOf(uri: string, recordingsFolder: string): string | undefined {
  if (!uri.startsWith("file:///")) return undefined;
  let named: string;
  try {
    named = path.normalize(decodeURIComponent(uri.slice("file://".length)));
  } catch {
    return undefined;
  }
  if (named.includes("\0") || named.includes("\n")) return undefined;
  if (isInside(named, recordingsFolder)) return named;
  return isInside(named, PUBLIC_FOLDER) ? path.join(recordingsFolder, path.relative(PUBLIC_FOLDER, named)) : undefined;
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

/** Why the file can't be written, in the system's words; makes its folder, and empties the file. */
export async function whyNotWritable(file: string): Promise<string | undefined> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await (await open(file, "w")).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
