import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadSite } from "@barecast/site";
import { machineNetwork } from "@barecast/machines";
import { Barecast, type UpResult } from "./barecast";
import { startMachine } from "./machine";
import { storySite, writeSiteFile } from "./siteFile";
import { SiteUnderTest } from "./site";

/** One site for all stories of a run: brought up by the first that asks, taken down when the run ends. */
interface Shared {
  readonly siteFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly up: UpResult;
}

const folderVariable = "BARECAST_E2E_RUN";
const keepVariable = "BARECAST_E2E_KEEP";

/**
 * The site that stories share. `SITE=sites/<name>.yaml` in the environment names another one, which is brought up and stays; else it is the
 * stories' own. Either way each story leaves it as it was.
 */
export async function sharedSite(): Promise<SiteUnderTest> {
  const record = path.join(runFolder(), "site.json");
  const shared = existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as Shared) : await bringUp(record);
  const { name, domain, hosts, network } = loadSite(shared.siteFile);
  const { name: networkName, subnet } = machineNetwork(name, network.machines);
  return new SiteUnderTest(new Barecast(shared.siteFile, shared.env), shared.up, {
    name,
    domain,
    network: { name: networkName, subnet, addresses: hosts.map(({ address }) => address) },
    machine: `${networkName}-${hosts[0]!.name}`,
    ca: readFileSync(shared.up.caFile, "utf8"),
  });
}

function runFolder(): string {
  const folder = process.env[folderVariable];
  if (!folder) throw new Error(`${folderVariable}: Expected the run's folder, found nothing. Start the stories with npm run stories`);
  return folder;
}

async function bringUp(record: string): Promise<Shared> {
  const named = process.env["SITE"];
  const folder = path.dirname(record);
  const siteFile = named ? path.resolve(named) : writeSiteFile(storySite, folder);
  const env: Record<string, string> = named
    ? {}
    : { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") };
  if (!named) await startMachine(siteFile, env);
  const shared = { siteFile, env, up: await new Barecast(siteFile, env).up() };
  writeFileSync(record, JSON.stringify(shared));
  return shared;
}

/** Before the first story: a folder for the run. One that the environment names is used as it is, with the site that is noted there, and kept. */
export function beginRun(): void {
  if (process.env[folderVariable]) return void (process.env[keepVariable] = "1");
  process.env[folderVariable] = mkdtempSync(path.join(tmpdir(), "barecast-stories-"));
}

/** After the last: the stories' own site is taken down, a named one stays. */
export async function endRun(): Promise<void> {
  const folder = runFolder();
  if (process.env[keepVariable]) return;
  const record = path.join(folder, "site.json");
  if (existsSync(record) && !process.env["SITE"]) {
    const { siteFile, env } = JSON.parse(readFileSync(record, "utf8")) as Shared;
    await new Barecast(siteFile, env).down();
  }
  rmSync(folder, { recursive: true, force: true });
}
