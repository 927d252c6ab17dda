import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { productionFolders, type PackageLock } from "./lockfile";
import type { Staging } from "./recipes";
import { developmentOnly } from "./staging";

type Workspace = Staging & { readonly kind: "workspace" };

/** What a package is given away with: it stays wherever something of the package does. */
const stays = /^(package\.json$|licen[cs]e|notice|copying)/i;
const ofPackage = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\/(.*)$/;

/**
 * Copies into a build context what a workspace's compiled `dist/main.js` loads of npm packages, as they are installed in the project: `node_modules/`,
 * and as `app/node_modules/` the workspace's own.
 *
 * @throws Error when the program, or what stands in `byName`, is not there
 */
export async function copyLoaded(project: string, workspace: Workspace, context: string): Promise<void> {
  for (const file of await loadedFiles(project, workspace)) {
    const to = path.join(context, file.startsWith(`${workspace.folder}/`) ? path.join("app", path.relative(workspace.folder, file)) : file);
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(path.join(project, file), to);
  }
}

/**
 * Files of packages that a workspace's program loads, with their licences, from the project's folder and sorted. What it loads is found by following
 * `require`, `import` and paths made of constants (@vercel/nft); what stands in `byName` comes whole, and with what a package of that name loads.
 */
export async function loadedFiles(project: string, { folder, without, byName }: Workspace): Promise<string[]> {
  const lock = JSON.parse(readFileSync(path.join(project, "package-lock.json"), "utf8")) as PackageLock;
  const packages = new Set(productionFolders(lock, folder, without));
  const isRunOn = (file: string) => packages.has(ofPackage.exec(file)?.[1] ?? "");
  const whole = byName.flatMap((name) => filesOf(project, folder, name));
  const main = `${folder}/dist/main.js`;
  const { resolve } = createRequire(path.join(project, main));
  const named = byName.filter((name) => whole.includes(`node_modules/${name}/package.json`)).map((name) => resolve(name));
  // Only who builds an image waits for it.
  const { nodeFileTrace } = await import("@vercel/nft");
  const { fileList } = await nodeFileTrace([path.join(project, main), ...named], {
    base: project,
    processCwd: path.join(project, folder),
    ignore: (file) => file.includes("node_modules/") && !isRunOn(file),
  });
  if (!fileList.has(main)) throw new Error(`${path.join(project, main)}: Expected a program, found none. Correct its recipe`);
  const wanted = [...fileList, ...whole].filter((file) => isRunOn(file) && !developmentOnly.test(path.basename(file)));
  const beside = [...new Set(wanted.flatMap(foldersOf))].flatMap((at) =>
    readdirSync(path.join(project, at), { withFileTypes: true })
      .filter((entry) => entry.isFile() && stays.test(entry.name))
      .map((entry) => path.join(at, entry.name)),
  );
  return [...new Set([...wanted, ...beside])].sort();
}

/** Files of a package, or of a folder of one, without those of packages inside it. */
function filesOf(project: string, folder: string, name: string): string[] {
  const found = ["", folder].map((root) => path.join(root, "node_modules", name)).find((at) => existsSync(path.join(project, at)));
  if (!found) throw new Error(`${folder}: Expected ${name} among the packages, found none. Correct its recipe`);
  return readdirSync(path.join(project, found), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.slice(found.length).includes("/node_modules/"));
}

/** The folders that a file lies in, from its package's own downwards. */
function foldersOf(file: string): string[] {
  const [, root, inside] = ofPackage.exec(file)!;
  const names = inside!.split("/").slice(0, -1);
  return [root!, ...names.map((_, index) => path.join(root!, ...names.slice(0, index + 1)))];
}
