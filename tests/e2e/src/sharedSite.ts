import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadSite } from "@barecast/site";
import { Barecast, type UpResult } from "./barecast";
import { serveFirst } from "./firstServed";
import { dockerInMemory, giveMemoryBack } from "./inMemory";
import { startMachine } from "./machine";
import { removeAll, Run } from "./runs";
import { sessionLabels } from "./session";
import { storySite, writeSiteFile } from "./siteFile";
import { siteUnderTest, type SiteUnderTest } from "./site";

/** One site for all stories of a run: brought up by the first that asks, taken down when the run ends. */
interface Begun {
  readonly siteFile: string;
  readonly env: Readonly<Record<string, string>>;
}
interface Shared extends Begun {
  readonly up: UpResult;
}

const folderVariable = "BARECAST_E2E_RUN";
const keepVariable = "BARECAST_E2E_KEEP";
const run = new Run("stories", removeLeft);

/**
 * The site that stories share. `SITE=sites/<name>.yaml` in the environment names another one, which is brought up and stays; else it is the
 * stories' own. Either way each story leaves it as it was.
 */
export async function sharedSite(): Promise<SiteUnderTest> {
  const folder = runFolder();
  const failure = path.join(folder, "failure.txt");
  if (existsSync(failure)) throw new Error(`The site of this run did not come up for an earlier story: ${readFileSync(failure, "utf8")}`);
  const shared =
    noted<Shared>(folder, "site") ??
    (await bringUp(folder).catch((error: Error) => {
      writeFileSync(failure, error.message);
      throw error;
    }));
  return siteUnderTest(new Barecast(shared.siteFile, shared.env), shared.up);
}

function runFolder(): string {
  const folder = process.env[folderVariable];
  if (!folder)
    throw new Error(`${folderVariable}: Expected the run's folder, found nothing. Start the stories with npx jest --selectProjects e2e`);
  return folder;
}

async function bringUp(folder: string): Promise<Shared> {
  const named = process.env["SITE"];
  const siteFile = named ? path.resolve(named) : writeSiteFile(storySite, folder);
  const env: Record<string, string> = named
    ? {}
    : { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") };
  note(folder, "begun", { siteFile, env });
  // A kept site's machine is left to `up`: the reaper would take one with this session's labels.
  if (!named && !process.env[keepVariable]) {
    await dockerInMemory(loadSite(siteFile), await sessionLabels());
    await startMachine(siteFile, env);
    await serveFirst(`barecast-${storySite.site}-one`);
  }
  const shared = { siteFile, env, up: await new Barecast(siteFile, env).up() };
  note(folder, "site", shared);
  return shared;
}

const note = (folder: string, name: string, what: object) =>
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(what), { mode: 0o600 });

function noted<T>(folder: string, name: string): T | undefined {
  const file = path.join(folder, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}

/**
 * Before the first story: nobody else's stories are at work on this computer, what killed ones left is gone, and there is a folder for the run.
 * One that the environment names is used as it is, with the site that is noted there, and kept.
 * @throws Error who else is at work
 */
export async function beginRun(): Promise<void> {
  await run.begin();
  process.env[folderVariable] ||= mkdtempSync(path.join(tmpdir(), "barecast-stories-"));
}

function removeLeft(): Promise<string[]> {
  if (process.env[folderVariable]) process.env[keepVariable] = "1";
  const named = process.env["SITE"] && loadSite(path.resolve(process.env["SITE"])).name;
  return removeAll((site) => site === storySite.site && site !== named && process.env[keepVariable] === undefined);
}

/** After the last: the stories' own site is taken down, a named one stays. */
export async function endRun(): Promise<void> {
  try {
    if (!process.env[keepVariable]) await takeDown(runFolder());
  } finally {
    await run.end();
  }
}

async function takeDown(folder: string): Promise<void> {
  const begun = noted<Begun>(folder, "begun");
  if (begun && !process.env["SITE"]) {
    await new Barecast(begun.siteFile, begun.env).down().finally(() => giveMemoryBack(storySite.site));
  }
  rmSync(folder, { recursive: true, force: true });
}
