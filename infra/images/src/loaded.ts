import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { nodeFileTrace } from "@vercel/nft";
import { productionFolders, type PackageLock } from "./lockfile";
import type { WorkspaceStaging } from "./recipes";
import { developmentOnly, givenAlong } from "./staging";

const ofPackage = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\/(.*)$/;

/**
 * Copies into a build context what a workspace's compiled `dist/main.js` loads of npm packages, as they are installed in the project:
 * `node_modules/`, and as `app/node_modules/` the workspace's own.
 *
 * @throws Error as `loadedFiles` does; then nothing is copied
 */
export async function copyLoaded(project: string, workspace: WorkspaceStaging, context: string): Promise<void> {
  const own = `${workspace.folder}/`;
  for (const file of await loadedFiles(project, workspace)) {
    const to = path.join(context, file.startsWith(own) ? `app/${file.slice(own.length)}` : file);
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(path.join(project, file), to);
  }
}

/**
 * Files of packages that a workspace's program loads, with their licences, from the project's folder and sorted. What it loads is found by
 * following `require`, `import` and paths made of constants (@vercel/nft); what it says of what it can't follow goes to standard error. What stands
 * in `byName` comes whole: a package with all that its programs load, a folder of one as it is handed out.
 *
 * @throws Error when the program or what stands in `byName` is not there, a file can't be read as a program, or what is installed is not what the
 *   lockfile says
 */
export async function loadedFiles(project: string, { folder, without, byName }: WorkspaceStaging): Promise<string[]> {
  const lock = JSON.parse(readFileSync(path.join(project, "package-lock.json"), "utf8")) as PackageLock;
  const packages = new Set(productionFolders(lock, folder, without));
  const whole = byName.flatMap((name) => filesOf(project, name, packages));
  const named = new Set(byName.map((name) => `node_modules/${name}`));
  const followed = whole.filter((file) => /\.[cm]?js$/.test(file) && named.has(packageOf(file)));
  const traced = await trace(project, folder, followed, packages);
  const wanted = [...traced, ...whole].filter((file) => packages.has(packageOf(file)) && !developmentOnly.test(path.basename(file)));
  for (const at of new Set(wanted.map(packageOf))) checkVersion(project, at, lock);
  const folders = [...new Set(wanted.flatMap(foldersOf))];
  return [...new Set([...wanted, ...folders.flatMap((at) => givenAlongIn(project, at))])].sort();
}

const packageOf = (file: string): string => ofPackage.exec(file)?.[1] ?? "";

/** What a workspace's program loads, and further files do: paths from the project's folder, where it has them. */
async function trace(project: string, folder: string, more: readonly string[], packages: ReadonlySet<string>): Promise<string[]> {
  const main = path.join(project, folder, "dist/main.js");
  if (!existsSync(main)) throw new Error(`${main}: Expected a program, found none. Compile it first`);
  const inProject = namesInProject(project, folder);
  const { fileList, warnings } = await nodeFileTrace([main, ...more.map((file) => path.join(project, file))], {
    // Packages may be a link to those of another checkout.
    base: "/",
    processCwd: path.join(project, folder),
    ignore: (file) => {
      const at = packageOf(inProject(`/${file}`));
      return at !== "" && !packages.has(at);
    },
  });
  for (const { message } of warnings) {
    if (message.startsWith("Failed to parse")) throw new Error(message);
    console.error(message);
  }
  return [...fileList].map((file) => inProject(`/${file}`));
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

/** Files of a package that is run on, or of a folder of one, without those of packages inside it. */
function filesOf(project: string, name: string, packages: ReadonlySet<string>): string[] {
  const at = `node_modules/${name}`;
  if (!packages.has(packageOf(`${at}/`)) || !existsSync(path.join(project, at)))
    throw new Error(`${name}: Expected a package that is run on, or a folder of one, found none. Correct its recipe`);
  return readdirSync(path.join(project, at), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.slice(at.length).includes("/node_modules/"));
}

function checkVersion(project: string, at: string, lock: PackageLock): void {
  const { version } = JSON.parse(readFileSync(path.join(project, at, "package.json"), "utf8")) as { version?: string };
  const wanted = lock.packages[at]!.version;
  if (version !== wanted) throw new Error(`${at}: Expected version ${wanted} of package-lock.json, found ${version}. Run npm ci`);
}

/** The folders that a file lies in, from its package's own downwards. */
function foldersOf(file: string): string[] {
  const [, root, inside] = ofPackage.exec(file)!;
  const names = inside!.split("/").slice(0, -1);
  return [root!, ...names.map((_, index) => path.join(root!, ...names.slice(0, index + 1)))];
}

function givenAlongIn(project: string, at: string): string[] {
  return readdirSync(path.join(project, at), { withFileTypes: true })
    .filter((entry) => entry.isFile() && givenAlong.test(entry.name))
    .map((entry) => path.join(at, entry.name));
}
