import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Site } from "@barecast/site";
import type { Stack } from "@barecast/stack";

import { sources } from "./folders";
import { readRegistryImage } from "./registry-image";
import { hostVariables, type HostSecrets } from "./variables";

export interface DigestInput {
  /** The project's root folder. */
  readonly project: string;
  /** The `.cache` folder. Default: `BARECAST_CACHE`, or the project's. */
  readonly cache?: string;
  /** Certificates: a new one is a change of its hosts. The keys are not looked at. */
  readonly secrets: Pick<HostSecrets, "caCert" | "registryCert">;
}

/** SHA-256 per host of all that its run depends on: playbook, roles, plugins and its variables. An equal digest means nothing to do. */
export function hostDigests(site: Site, stack: Pick<Stack, "hosts">, { project, cache, secrets }: DigestInput): Record<string, string> {
  const { id } = readRegistryImage(cache ?? defaultCache(project));
  const code = sourcesDigest(sources);
  return digestsOf(site, stack, { registryImageId: id, code, secrets });
}

export const defaultCache = (project: string) => process.env.BARECAST_CACHE ?? path.join(project, ".cache");

/** The pure part of `hostDigests`. */
export function digestsOf(
  site: Site,
  { hosts }: Pick<Stack, "hosts">,
  { registryImageId, code, secrets }: { registryImageId: string; code: string; secrets: DigestInput["secrets"] },
): Record<string, string> {
  return Object.fromEntries(
    hosts.map((plan) => {
      // The archive's place on this computer is no property of the host.
      const variables = hostVariables(site, hosts, plan, { id: registryImageId, archive: "" });
      const certificates = [secrets.caCert, plan.registry ? secrets.registryCert : ""];
      return [plan.name, sha256(JSON.stringify([code, variables, certificates]))];
    }),
  );
}

/** SHA-256 over names and contents of the files below the folders. */
export function sourcesDigest(folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
      const file = path.join(folder, name);
      if (statSync(file).isFile() && !name.includes("__pycache__"))
        hash.update(`${path.basename(folder)}/${name}\0`).update(sha256(readFileSync(file)));
    }
  }
  return hash.digest("hex");
}

const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
