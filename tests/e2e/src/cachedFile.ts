import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const making = new Map<string, Promise<string>>();

/**
 * A file of the cache, which is whole wherever it is there: made when it is missing, once, however many ask at the same time. Another process
 * may make it, too; the last one's stays.
 * @param make writes the file under the path that it is given
 * @returns `file`
 */
export function cachedFile(file: string, make: (part: string) => Promise<void>): Promise<string> {
  if (existsSync(file)) return Promise.resolve(file);
  const begun = making.get(file) ?? made(file, make).finally(() => making.delete(file));
  making.set(file, begun);
  return begun;
}

async function made(file: string, make: (part: string) => Promise<void>): Promise<string> {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  try {
    await make(part);
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
  return file;
}
