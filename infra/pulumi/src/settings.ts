import { readFileSync } from "node:fs";
import { loadSite, openSecrets, placeOf, type Place, type Site, type SiteSecrets } from "@barecast/site";
import { siteImages, stackOf, type ImageName, type Stack } from "@barecast/stack";
import * as pulumi from "@pulumi/pulumi";

/** What the program is told: the stack's configuration, and what follows from it. */
export interface Settings {
  readonly project: string;
  readonly siteFile: string;
  readonly digestsFile: string;
  readonly publicPort: number;
  readonly site: Site;
  readonly place: Place;
  readonly secrets: SiteSecrets;
  readonly stack: Stack;
}

/** Digests of the images that were built, by name, as `barecast build` wrote them. */
export type Digests = Readonly<Partial<Record<ImageName, string>>>;

/**
 * Reads the configuration, the site file, its secrets and the digests.
 * @throws UserError when one of them is missing or wrong.
 */
export async function readSettings(): Promise<Settings> {
  const config = new pulumi.Config("barecast");
  const paths = { project: config.require("project"), siteFile: config.require("site"), digestsFile: config.require("digests") };
  return { ...paths, ...(await settingsFrom(paths, config.getNumber("publicPort") ?? 443)) };
}

/** The same from paths, for the dynamic providers, which run in a process of their own. */
export async function settingsFrom(paths: Pick<Settings, "project" | "siteFile" | "digestsFile">, publicPort: number) {
  const site = loadSite(paths.siteFile);
  const place = placeOf(paths.project, site.name, process.env);
  const digests = JSON.parse(readFileSync(paths.digestsFile, "utf8")) as Digests;
  const missing = siteImages(site).filter((name) => digests[name] === undefined);
  if (missing.length > 0)
    throw new Error(`${paths.digestsFile}: Expected the digest of every image, found none of ${missing.join(", ")}. Run: ./barecast up`);
  const secrets = await openSecrets(site, place);
  return { publicPort, site, place, digests, secrets, stack: stackOf({ site, secrets, digests, publicPort }) };
}
