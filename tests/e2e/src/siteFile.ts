import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";

/** The site that stories share: as the replica, beside it, with names and addresses of its own. */
export const storySite = {
  site: "e2e",
  domain: "e2e.localhost",
  images: "packages",
  hosts: { one: { machine: {} } },
  network: { machines: "172.30.241.0/24" },
};

/** Whether a site is of a story that needs none which is up (`siteless`). */
export const isSitelessSite = (site: string): boolean => /^e2e-(blank|build|poor|words)$/.test(site);
/** The site of three machines. */
export const trioSite = `${storySite.site}-trio`;
/**
 * Whether a site is one that a story of deploying has for itself: its name begins with the shared one's. Nobody else's site has such a name but
 * {@link isSitelessSite} and {@link trioSite}, and what the story of leftovers leaves for a moment.
 */
export const isOwnSite = (site: string): boolean => site.startsWith(`${storySite.site}-`) && !isSitelessSite(site) && site !== trioSite;

type Mapping = { [key: string]: unknown };

/** `changes` laid over `site`, mapping by mapping; `undefined` takes a key away. */
export function merged(site: Mapping, changes: Mapping): Mapping {
  const result = { ...site };
  for (const [key, value] of Object.entries(changes)) {
    const old = result[key];
    if (value === undefined) delete result[key];
    else result[key] = isMapping(value) && isMapping(old) ? merged(old, value) : value;
  }
  return result;
}

const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null && !Array.isArray(value);

/** Writes a site file into a folder of its own. @returns its path */
export function writeSiteFile(site: Mapping, folder = mkdtempSync(path.join(tmpdir(), "barecast-site-"))): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "site.yaml");
  writeFileSync(file, stringify(site));
  return file;
}

export const readSiteFile = (file: string): Mapping => parse(readFileSync(file, "utf8")) as Mapping;
