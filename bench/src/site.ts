import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Barecast, clientNetwork, projectFolder, SiteUnderTest, startBrowser, type Browser, type Clip } from "@barecast/e2e";
import { machineNetwork, machineStatus } from "@barecast/machines";
import { loadSite, openSecrets, placeOf, type Host, type Place, type Site } from "@barecast/site";

/** A site that is up: benches measure it as it is, and never bring it up or change it. */
export interface RunningSite {
  readonly site: SiteUnderTest;
  readonly settings: Site;
  readonly host: Host;
  readonly place: Place;
}

/**
 * The site that `SITE` in the environment names (default: the replica), with one machine.
 * @throws Error when it is not up
 */
export async function runningSite(env = process.env): Promise<RunningSite> {
  const file = path.resolve(projectFolder, env.SITE ?? "sites/replica.yaml");
  const settings = loadSite(file);
  const { name, domain, hosts, network, accounts, ports } = settings;
  const place = placeOf(projectFolder, name, env);
  const stopped = (await machineStatus(settings)).filter(({ state }) => state !== "running");
  const [host] = hosts;
  if (!host?.machine || stopped.length > 0 || !existsSync(place.caCert))
    throw new Error(
      `${name}: Expected a site of one machine that is up, found ${stopped.length > 0 ? "none" : "no such machine"}. Run: ./barecast up`,
    );
  const secrets = await openSecrets(settings, place);
  const { name: networkName, subnet } = machineNetwork(name, network.machines);
  const up = {
    address: `https://${domain}`,
    port: ports.https,
    machineAddress: host.address,
    operator: { username: accounts.operator, password: secrets.operatorPassword },
    reporter: { username: "reporter", password: secrets.reporterPassword },
    admin: { username: accounts.admin, password: secrets.adminPassword },
    caFile: place.caCert,
  };
  const about = {
    name,
    domain,
    network: { name: networkName, subnet, addresses: [host.address] },
    machine: `${networkName}-${host.name}`,
    ca: readFileSync(place.caCert, "utf8"),
  };
  return { site: new SiteUnderTest(new Barecast(file), up, about), settings, host, place };
}

/** Browsers in networks of their own, for as long as `act` runs. */
export async function withBrowsers<T>(
  { site }: RunningSite,
  wanted: readonly { readonly camera?: Clip }[],
  act: (...browsers: Browser[]) => Promise<T>,
): Promise<T> {
  const undoing: (() => Promise<void>)[] = [];
  try {
    const browsers: Browser[] = [];
    for (const options of wanted) {
      const network = await clientNetwork(site.about.network);
      undoing.push(() => network.remove());
      const browser = await startBrowser(network, site.known, options);
      undoing.push(() => browser.close());
      browsers.push(browser);
    }
    return await act(...browsers);
  } finally {
    for (const undo of undoing.reverse()) await undo().catch((error: Error) => console.error(error.message));
  }
}
