import path from "node:path";
import { loadSite, placeOf, UserError, type Place, type Site } from "@barecast/site";
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

/** The project's root: this file lies in infra/cli/dist. */
export const projectFolder = path.resolve(__dirname, "..", "..", "..");

/** Reads the site named by `SITE` (default: the replica). `env.BARECAST_CACHE` moves the cache. */
export function contextOf(env: NodeJS.ProcessEnv, options: { json?: boolean }, signal: AbortSignal): Context {
  const named = env.SITE ?? path.join("sites", "replica.yaml");
  const siteFile = path.isAbsolute(named) ? named : path.resolve(env.BARECAST_CWD ?? projectFolder, named);
  const site = loadSite(siteFile);
  return {
    project: projectFolder,
    cache: env.BARECAST_CACHE ?? path.join(projectFolder, ".cache"),
    siteFile,
    site,
    place: placeOf(projectFolder, site.name, env),
    progress: new Progress(process.stderr),
    json: options.json ?? false,
    signal,
  };
}

/** Stops between two steps when Ctrl-C was pressed. @throws UserError `interrupted` (exit code 130). */
export function heed(signal: AbortSignal): void {
  if (signal.aborted) throw new UserError("interrupted", "Interrupted. The next `up` goes on from here", 130);
}
