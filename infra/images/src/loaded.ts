import { existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** What a package is given away with: kept wherever something of the package is. */
const stays = /^(package\.json$|licen[cs]e|notice|copying)/i;

/** Where npm puts packages in a build context of a workspace. */
const roots = ["node_modules", "app/node_modules"];

/**
 * Removes, of the packages in a build context, each file that the program `main` can't load. What it loads is found by following `require`,
 * `import` and paths made of constants (@vercel/nft). `byName`: packages that are loaded by names which only the running program knows, or folders of
 * a package with files that it hands out; they stay whole, and so does what such a package loads. Paths are relative to the folder.
 *
 * @throws Error when `main` or one of `byName` is not there
 */
export async function keepLoaded(folder: string, main: string, byName: readonly string[]): Promise<void> {
  const whole = byName.flatMap((name) => filesOf(folder, name));
  // Only who builds an image waits for it.
  const { nodeFileTrace } = await import("@vercel/nft");
  const isPackage = (name: string) => roots.some((root) => existsSync(path.join(folder, root, name, "package.json")));
  const { resolve } = createRequire(path.join(folder, main));
  const programs = [path.join(folder, main), ...byName.filter(isPackage).map((name) => resolve(name))];
  const { fileList } = await nodeFileTrace(programs, { base: folder, processCwd: folder });
  if (!fileList.has(main)) throw new Error(`${path.join(folder, main)}: Expected a program, found none. Correct its recipe`);
  const wanted = new Set([...fileList, ...whole]);
  for (const root of roots) if (existsSync(path.join(folder, root))) sweep(folder, root, wanted);
}

/** Files of a package or a folder of one, without those of packages inside it. */
function filesOf(folder: string, name: string): string[] {
  const found = roots.map((root) => path.join(root, name)).filter((at) => existsSync(path.join(folder, at)));
  if (found.length === 0) throw new Error(`${folder}: Expected ${name} among the packages, found none. Correct its recipe`);
  return found.flatMap((at) =>
    readdirSync(path.join(folder, at), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.slice(at.length).includes("/node_modules/")),
  );
}

/** Removes files that are not wanted, and folders that nothing wanted is left in. Says whether something is. */
function sweep(folder: string, at: string, wanted: ReadonlySet<string>): boolean {
  const entries = readdirSync(path.join(folder, at), { withFileTypes: true });
  const kept = new Set(
    entries.filter((entry) => {
      const file = path.join(at, entry.name);
      return entry.isDirectory() ? sweep(folder, file, wanted) : wanted.has(file);
    }),
  );
  for (const entry of entries) {
    if (!kept.has(entry) && !(kept.size > 0 && stays.test(entry.name))) rmSync(path.join(folder, at, entry.name), { recursive: true });
  }
  return kept.size > 0;
}
