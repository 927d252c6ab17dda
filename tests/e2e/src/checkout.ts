import { copyFileSync, cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { testLabel } from "./footprint";
import { cacheFolder, projectFolder } from "./project";

/** What no checkout holds. Compiled programs are taken along: nothing of them changes. */
const left = /^(node_modules|\.git|\.tools|\.cache|\.state)$/;

/** Another checkout of the project. Tools and packages are those of this one. @returns its folder */
export function copiedCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-checkout-"));
  const isTaken = (source: string) => !left.test(path.relative(projectFolder, source).split(path.sep)[0]!);
  cpSync(projectFolder, folder, { recursive: true, preserveTimestamps: true, filter: isTaken });
  symlinkSync(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
  mkdirSync(path.join(folder, ".tools"));
  for (const name of ["bin", "python"]) symlinkSync(path.join(projectFolder, ".tools", name), path.join(folder, ".tools", name));
  cpSync(path.join(projectFolder, ".tools", "toolchain.stamp"), path.join(folder, ".tools", "toolchain.stamp"));
  // Newer than all: the compiled programs are those of its sources.
  writeFileSync(path.join(folder, ".tools", "build.stamp"), "");
  return folder;
}

/**
 * A checkout at which somebody broke a service of our own: its image's program says something and ends. The cache is its own, with the images
 * that are built here.
 * @returns its folder
 */
export function brokenCheckout(service: string, says: string): string {
  const folder = changedCheckout(service, (dockerfile) => `${dockerfile}COPY broken.js /app/dist/main.js\n`);
  writeFileSync(path.join(folder, "services", service, "broken.js"), `console.error(${JSON.stringify(says)});\nprocess.exit(1);\n`);
  return folder;
}

/**
 * A checkout at which the recipe of a service's image is another one. The cache is its own, with the images that are built here, and a label of
 * theirs says that they are a test's.
 * @returns its folder
 */
export function changedCheckout(service: string, change: (dockerfile: string) => string): string {
  const folder = copiedCheckout();
  shareImages(path.join(folder, ".cache"));
  const recipe = path.join(folder, "services", service, "Dockerfile");
  writeFileSync(recipe, `${change(readFileSync(recipe, "utf8"))}\nLABEL ${testLabel}=changed\n`);
  // Newer than the recipe, too.
  writeFileSync(path.join(folder, ".tools", "build.stamp"), "");
  return folder;
}

/** Gives another cache the images of this one. Their blobs are named by their contents and never change: they are there once. */
function shareImages(cache: string): void {
  const [from, to] = [cacheFolder, cache].map((folder) => path.join(folder, "oci")) as [string, string];
  const blobs = path.join("blobs", "sha256");
  cpSync(from, to, { recursive: true, filter: (source) => source !== path.join(from, "blobs") });
  mkdirSync(path.join(to, blobs), { recursive: true });
  for (const blob of readdirSync(path.join(from, blobs))) linkOrCopy(path.join(from, blobs, blob), path.join(to, blobs, blob));
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    copyFileSync(from, to);
  }
}
