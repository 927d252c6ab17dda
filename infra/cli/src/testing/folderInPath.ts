import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Gives each test of a file a new folder that comes first in PATH, for stand-ins of programs; after the test all is as it was. */
export function folderInPath(use: (folder: string) => void): void {
  const searchPath = process.env.PATH;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "barecast-stand-ins-"));
    process.env.PATH = `${folder}:${searchPath}`;
    use(folder);
  });
  afterEach(() => {
    process.env.PATH = searchPath;
    rmSync(folder, { recursive: true });
  });
}
