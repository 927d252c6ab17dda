import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { machineNetwork } from "@barecast/machines";
import { loadSite } from "@barecast/site";
import type { Known } from "./browser";
import type { Barecast, UpResult } from "./barecast";
import { run } from "./command";
import type { SiteNetwork } from "./networks";
import { merged, readSiteFile, writeSiteFile } from "./siteFile";

interface About {
  readonly name: string;
  readonly domain: string;
  readonly network: SiteNetwork;
  /** Name of the container that is the site's first machine. */
  readonly machine: string;
  /** PEM of the authority that its certificates are from. */
  readonly ca: string;
}

/** A service as the swarm has it: a change makes a new version, a restart a new task. */
export interface ServiceState {
  readonly version: number;
  readonly tasks: readonly string[];
}

/** A machine of a site that is up, seen from below. */
export class SiteMachine {
  constructor(
    private readonly siteName: string,
    /** Name of the container that it is. */
    readonly container: string,
    readonly address: string,
  ) {}

  /** Runs a command in the machine; ten minutes at most, which no command takes. @returns its output @throws CommandFailed */
  inside(...command: readonly string[]): Promise<string> {
    return run(["docker", "exec", this.container, ...command], { withinMs: 600_000 });
  }
  /** Runs a command in the running container that a service has here. */
  insideService(key: string, ...command: readonly string[]): Promise<string> {
    return this.withContainer(key, 'exec docker exec "$id" "$@"', ...command);
  }
  /** Kills a service's process as a crash would: nothing is said or given back. */
  async killService(key: string): Promise<void> {
    await this.withContainer(key, 'exec docker kill "$id"');
  }
  /** Id of the running container that a service has here. */
  async containerOf(key: string): Promise<string> {
    return (await this.withContainer(key, 'echo "$id"')).trim();
  }

  /** Runs POSIX sh in the machine, with `$id` of the running container that a service has here. @throws CommandFailed also when there is none */
  private withContainer(key: string, script: string, ...args: readonly string[]): Promise<string> {
    const name = `${this.siteName}-${key}`;
    const find = `ids=$(docker ps -q --filter "label=com.docker.swarm.service.name=${name}") || exit 1
[ -n "$ids" ] || { echo "${name}: Expected a running container in ${this.container}, found none" >&2; exit 1; }
id=$(printf '%s\\n' "$ids" | head -n 1)`;
    return this.inside("sh", "-c", `${find}\n${script}`, "sh", ...args);
  }
}

/** A site that is up, as stories see it: from outside by its address, and from below, by its first machine. */
export class SiteUnderTest extends SiteMachine {
  constructor(
    readonly barecast: Barecast,
    readonly up: UpResult,
    readonly about: About,
  ) {
    super(about.name, about.machine, up.machineAddress);
  }

  /** The machine that is a host of the site. */
  on(host: string): SiteMachine {
    const found = loadSite(this.barecast.siteFile).hosts.find(({ name }) => name === host);
    if (!found) throw new Error(`${host}: Expected a host of ${this.about.name}`);
    return new SiteMachine(this.about.name, `${this.about.network.name}-${host}`, found.address);
  }

  /** As clients in networks of their own reach it: by the machine's address, on the port of the site file. */
  get origin(): string {
    return `https://${this.about.domain}`;
  }
  /** What a browser must know of it. */
  get known(): Known {
    const { domain, ca } = this.about;
    return { hosts: { [domain]: this.up.machineAddress, [`turn.${domain}`]: this.up.machineAddress }, ca };
  }

  /** Brings the site up with changes in its file, laid over it. Its own file stays as it is: the next `up` takes them back. */
  async change(changes: Record<string, unknown>): Promise<void> {
    const file = writeSiteFile(merged(readSiteFile(this.barecast.siteFile), changes));
    await this.barecast.up(file).finally(() => rmSync(path.dirname(file), { recursive: true }));
  }

  /** All services by name. */
  async services(): Promise<Record<string, ServiceState>> {
    const script = `set -e
for id in $(docker service ls -q); do
  docker service inspect --format '{{.Spec.Name}} {{.Version.Index}}' "$id"
  docker service ps --no-trunc -q --filter desired-state=running "$id"
  echo
done`;
    const states = (await this.inside("sh", "-c", script)).split("\n\n").filter(Boolean);
    return Object.fromEntries(states.map(serviceState).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** A site that is up, by what `up` said of it. */
export function siteUnderTest(barecast: Barecast, up: UpResult): SiteUnderTest {
  const { name, domain, hosts, network } = loadSite(barecast.siteFile);
  const { name: networkName, subnet } = machineNetwork(name, network.machines);
  return new SiteUnderTest(barecast, up, {
    name,
    domain,
    network: { name: networkName, subnet, addresses: hosts.map(({ address }) => address) },
    machine: `${networkName}-${hosts[0]!.name}`,
    ca: readFileSync(up.caFile, "utf8"),
  });
}

/** Of a line with name and version, and one for each task. */
function serviceState(text: string): [string, ServiceState] {
  const [first = "", ...tasks] = lines(text);
  const [name = "", version] = first.split(" ");
  return [name, { version: Number(version), tasks: tasks.sort() }];
}

const lines = (text: string): string[] => text.split("\n").filter(Boolean);
