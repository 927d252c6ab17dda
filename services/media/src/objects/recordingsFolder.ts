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
