import { signIn, type Endpoint } from "@barecast/cli";
import { loadSite } from "@barecast/site";
import type { Barecast } from "./barecast";
import { run } from "./command";
import { serveFirst } from "./firstServed";
import { siteUnderTest, type SiteUnderTest } from "./site";
import { until } from "./until";

/** What `status --json` prints, as far as stories read it. */
export interface HostsAndServices {
  readonly hosts: readonly { readonly name: string; readonly state: string }[];
  readonly services: readonly {
    readonly name: string;
    readonly problem: string | null;
    readonly tasks: readonly { readonly host: string; readonly state: string }[];
  }[];
}

export const threeHosts = ["one", "two", "three"] as const;

/** The site of three machines that is up: the edge on one; signaling, Parse, pages and a media server on each of two and three. */
export class ThreeHosts {
  readonly workers = ["two", "three"] as const;

  private constructor(
    readonly site: SiteUnderTest,
    readonly endpoint: Endpoint,
  ) {}

  static async up(barecast: Barecast): Promise<ThreeHosts> {
    const site = siteUnderTest(barecast, await barecast.up());
    const { domain, ca } = site.about;
    await Promise.all(threeHosts.map((host) => serveFirst(site.on(host).container)));
    return new ThreeHosts(site, { domain, address: site.address, port: 443, ca });
  }

  /** @returns the session cookie of somebody who watches */
  signIn(): Promise<string> {
    const { username, password } = this.site.up.operator;
    return signIn(this.endpoint, username, password);
  }
  async status(): Promise<HostsAndServices> {
    return JSON.parse(await this.site.barecast.verb(["status", "--json"], 60_000)) as HostsAndServices;
  }
  /** What `status` finds wrong, or null. */
  async problem(): Promise<string | null> {
    const { hosts, services } = await this.status();
    const wrong = [
      ...hosts.filter(({ state }) => state !== "ready").map(({ name, state }) => `${name}: ${state}`),
      ...services.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
    ];
    return wrong.join("\n") || null;
  }
  /** Waits until `status` finds all well. */
  awaitRecovery(what: string, withinMs: number): Promise<void> {
    return until(what, () => this.problem(), { withinMs, everyMs: 2000 });
  }

  /** Ends a machine as a power cut would. */
  async cutPower(host: string): Promise<void> {
    await run(["docker", "kill", this.site.on(host).container]);
  }
  async start(host: string): Promise<void> {
    await run(["docker", "start", this.site.on(host).container]);
    await this.awaitRecovery(`${host} is back`, 180_000);
  }

  /** Which signaling server does not reach both media servers, as its `/health` says; null: each does. */
  async unreachedMedia(): Promise<string | null> {
    const found = await Promise.all(this.workers.map((host) => this.ask(host, "signaling", "http://127.0.0.1:8080/health")));
    const media = found.map((health) => JSON.stringify((JSON.parse(health) as { media: object }).media));
    const wrong = this.workers.filter((_host, index) => media[index] !== '{"two":"up","three":"up"}');
    return wrong.map((host) => `Signaling on ${host} says ${media[this.workers.indexOf(host)]}`).join("\n") || null;
  }
  /** How many clients the signaling server of a host has. */
  async clients(host: string): Promise<number> {
    const metrics = await this.ask(host, "signaling", "http://127.0.0.1:8080/metrics");
    return Number(/^barecast_websockets (\d+)$/m.exec(metrics)?.[1]);
  }
  /** How many pipelines the media server of a host has. */
  async pipelines(host: string): Promise<number> {
    const { ports } = loadSite(this.site.barecast.siteFile);
    const health = await this.ask(host, `media-${host}`, `http://${this.site.on(host).address}:${ports.mediaControl}/health`);
    return (JSON.parse(health) as { objects: Record<string, number> }).objects["MediaPipeline"] ?? 0;
  }
  /** How many the media servers of both workers have. */
  async allPipelines(): Promise<number> {
    const [two, three] = await Promise.all(this.workers.map((host) => this.pipelines(host)));
    return two! + three!;
  }
  /** Waits until the media servers of these hosts have so many pipelines. */
  awaitPipelines(wanted: Readonly<Record<string, number>>): Promise<void> {
    const check = async () => {
      const found = await Promise.all(Object.keys(wanted).map(async (host) => [host, await this.pipelines(host)] as const));
      return found.every(([host, count]) => count === wanted[host]) ? null : `found ${JSON.stringify(Object.fromEntries(found))}`;
    };
    return until(`Expected pipelines: ${JSON.stringify(wanted)}`, check, { withinMs: 120_000, everyMs: 500 });
  }

  /** Asks a service's task on a host, from within its own container. */
  private async ask(host: string, service: string, url: string): Promise<string> {
    const { hostname, port, pathname } = new URL(url);
    // By bash's own sockets, for this is asked again and again: a Node takes ten times as much of the processor.
    const program = 'exec 3<>"/dev/tcp/$1/$2" && printf "GET $3 HTTP/1.0\\r\\n\\r\\n" >&3 && timeout 10 cat <&3';
    const answer = await this.site.on(host).insideService(service, "/bin/bash", "-c", program, "bash", hostname, port, pathname);
    const [, body] = /^HTTP\/1\.1 \d+ .*?\r\n\r\n(.+)$/s.exec(answer) ?? [];
    if (body === undefined) throw new Error(`${url} on ${host}: Expected an answer with a body, found ${answer.split("\r\n")[0]}`);
    return body;
  }
}
