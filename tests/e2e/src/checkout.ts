import { appendFileSync, cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectFolder } from "./project";

/** What no checkout holds. Compiled programs are taken along: nothing of them changes. */
const left = /^(node_modules|\.git|\.tools|\.cache|\.state)$/;

/**
 * A checkout of the project at which somebody broke a service of our own: its image's program says something and ends. Tools and
 * packages are those of this one.
 * @returns its folder
 */
export function brokenCheckout(service: string, says: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-checkout-"));
  const isTaken = (source: string) => !left.test(path.relative(projectFolder, source).split(path.sep)[0]!);
  cpSync(projectFolder, folder, { recursive: true, preserveTimestamps: true, filter: isTaken });
  symlinkSync(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
  mkdirSync(path.join(folder, ".tools"));
  for (const name of ["bin", "python"]) symlinkSync(path.join(projectFolder, ".tools", name), path.join(folder, ".tools", name));
  cpSync(path.join(projectFolder, ".tools", "toolchain.stamp"), path.join(folder, ".tools", "toolchain.stamp"));
  const recipe = path.join(folder, "services", service);
  writeFileSync(path.join(recipe, "broken.js"), `console.error(${JSON.stringify(says)});\nprocess.exit(1);\n`);
  appendFileSync(path.join(recipe, "Dockerfile"), "COPY broken.js /app/dist/main.js\n");
  // Newer than all: the compiled programs are those of its sources.
  writeFileSync(path.join(folder, ".tools", "build.stamp"), "");
  return folder;
}
