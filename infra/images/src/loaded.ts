import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
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
  const main = path.join(project, folder, "dist/main.js");
  const { resolve } = createRequire(main);
  const named = byName.filter((name) => whole.includes(`node_modules/${name}/package.json`)).map((name) => resolve(name));
  const inProject = namesInProject(project, folder);
  // Only who builds an image waits for it.
  const { nodeFileTrace } = await import("@vercel/nft");
  const { fileList } = await nodeFileTrace([main, ...named], {
    // Packages may be a link to those of another checkout.
    base: "/",
    processCwd: path.join(project, folder),
    ignore: (file) => file.includes("node_modules/") && !isRunOn(inProject(`/${file}`)),
  });
  const loaded = [...fileList].map((file) => inProject(`/${file}`));
  if (!loaded.includes(`${folder}/dist/main.js`)) throw new Error(`${main}: Expected a program, found none. Correct its recipe`);
  const wanted = [...loaded, ...whole].filter((file) => isRunOn(file) && !developmentOnly.test(path.basename(file)));
  const beside = [...new Set(wanted.flatMap(foldersOf))].flatMap((at) =>
    readdirSync(path.join(project, at), { withFileTypes: true })
      .filter((entry) => entry.isFile() && stays.test(entry.name))
      .map((entry) => path.join(at, entry.name)),
  );
  return [...new Set([...wanted, ...beside])].sort();
}

/** What a file's real path is called from the project's folder; the path as it is, where the project has no such file. */
function namesInProject(project: string, folder: string): (file: string) => string {
  const roots = ["node_modules", path.join(folder, "node_modules"), "."]
    .filter((root) => existsSync(path.join(project, root)))
    .map((root) => ({ root, real: realpathSync(path.join(project, root)) }));
  return (file) => {
    const at = roots.find(({ real }) => file.startsWith(`${real}/`));
    return at ? path.join(at.root, path.relative(at.real, file)) : file;
  };
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
