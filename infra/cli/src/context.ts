import { readFileSync } from "node:fs";
import path from "node:path";
import { loadSite, placeOf, UserError, type Place, type Site } from "@barecast/site";
import { siteLock, withLock } from "@barecast/waiting";
import { Progress } from "./progress";

/** What every verb works with: the site, where its files lie, and where to tell how far it is. */
export interface Context {
  readonly project: string;
  readonly cache: string;
  readonly siteFile: string;
  readonly site: Site;
  readonly place: Place;
  readonly progress: Progress;
  readonly json: boolean;
  /** Aborted by Ctrl-C: what runs ends its step, state is saved. */
  readonly signal: AbortSignal;
}

/** What a verb tells: `json` to scripts, `text` to people, where there is more to say than progress said. */
export interface Told {
  readonly json: object;
  readonly text?: string;
}

/** The project's root: this file lies in infra/cli/dist. */
export const projectFolder = path.resolve(__dirname, "..", "..", "..");
/** The project's version, from its root's package.json. */
export const { version } = JSON.parse(readFileSync(path.join(projectFolder, "package.json"), "utf8")) as { readonly version: string };

/** Reads the site named by `SITE` (default: the replica). `env.BARECAST_CACHE` moves the cache. */
export function contextOf(env: NodeJS.ProcessEnv, options: { json?: boolean }, signal: AbortSignal): Context {
  const named = env.SITE || path.join("sites", "replica.yaml");
  const siteFile = path.isAbsolute(named) ? named : path.resolve(env.BARECAST_CWD ?? projectFolder, named);
  const site = loadSite(siteFile);
  return {
    project: projectFolder,
    cache: env.BARECAST_CACHE ?? path.join(projectFolder, ".cache"),
    siteFile,
    site,
    place: placeOf(projectFolder, site.name, env),
    progress: new Progress(process.stderr, signal),
    json: options.json ?? false,
    signal,
  };
}

/** Runs `work` while nobody else on this computer works on the site. @throws UserError `site.busy` at once when somebody does. */
export function alone<T>({ site, project }: Context, verb: "up" | "down", work: () => Promise<T>): Promise<T> {
  const refuse = (holder: string) =>
    new UserError("site.busy", `${site.name}: Expected nobody else at work on the site, found ${holder}. Wait until that ends`, 3);
  return withLock(siteLock(site.name), { purpose: `the ${verb} of ${project}`, refuse }, work);
}
