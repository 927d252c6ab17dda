import path from "node:path";
import type { Browser as CdpBrowser, Page } from "playwright-core";
import { Wait, type StartedTestContainer } from "testcontainers";
import { clipFile, type Clip } from "./clip";
import { controlPort } from "./firewall";
import { FirstServedContainer } from "./firstServed";
import { testImages } from "./images";
import type { ClientNetwork } from "./networks";
import { until } from "./until";

/** Names that a browser finds at an address, and the authority it trusts: all it has to know of a site. */
export interface Known {
  readonly hosts: Readonly<Record<string, string>>;
  /** PEM text; none: it trusts Debian's authorities only. */
  readonly ca?: string;
}

/** A Chromium in a container and network of its own. */
export interface Browser {
  readonly container: StartedTestContainer;
  readonly network: ClientNetwork;
  /** A page in a profile of its own: other pages' cookies are not there. */
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** `--host-resolver-rules`: each name, also with the dot at its end, without which TURN over UDP finds no address. */
export function resolverRules(hosts: Known["hosts"]): string {
  return Object.entries(hosts)
    .flatMap(([name, address]) => [`MAP ${name} ${address}`, `MAP ${name}. ${address}`])
    .join(", ");
}

/** What a page claims about time its story measures itself. */
const againstHangsMs = 180_000;

/**
 * Starts a browser in a client's network. `camera`: what its camera shows; none when left out. Certificate errors are errors.
 * @throws Error with Chromium's last words when it does not answer
 */
export async function startBrowser(network: ClientNetwork, known: Known, { camera }: { camera?: Clip } = {}): Promise<Browser> {
  const { browser: image } = await testImages();
  const clip = camera && (await clipFile(camera));
  const inside = "/clips/camera.mjpeg";
  const names = resolverRules(known.hosts);
  const container = await new FirstServedContainer(image)
    .withNetworkMode(network.name)
    .withExposedPorts(controlPort)
    .withEnvironment({ ...(known.ca ? { BROWSER_CA: known.ca } : {}), ...(clip ? { BROWSER_CLIP: inside } : {}) })
    .withBindMounts(clip ? [{ source: path.resolve(clip), target: inside, mode: "ro" }] : [])
    // Without a page of its own: one that is still starting when we connect can keep us waiting for it.
    .withCommand(["--no-startup-window", ...(names === "" ? [] : [`--host-resolver-rules=${names}`])])
    .withWaitStrategy(Wait.forListeningPorts().withStartupTimeout(againstHangsMs))
    .start();
  try {
    await network.admit(container.getId());
    const cdp = await connect(container);
    return {
      container,
      network,
      newPage: async () => {
        const context = await cdp.newContext({ viewport: { width: 1280, height: 800 } });
        context.setDefaultTimeout(againstHangsMs);
        if (camera?.atMostPerSecond) await context.addInitScript(limitCamera, camera.atMostPerSecond);
        return context.newPage();
      },
      close: async () => {
        await cdp.close();
        await container.stop({ timeout: 0 });
      },
    };
  } catch (error) {
    await container.stop({ timeout: 0 });
    throw error;
  }
}

/** Runs in each page before its own programs: whoever asks for the camera gets at most `max` pictures a second. Self-contained. */
function limitCamera(max: number): void {
  // Pages without TLS have no devices.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const ask = devices?.getUserMedia.bind(devices);
  if (!devices || !ask) return;
  devices.getUserMedia = ({ video, ...others } = {}) =>
    ask({ ...others, video: video && { ...(video === true ? {} : video), frameRate: { max } } });
}

async function connect(container: StartedTestContainer): Promise<CdpBrowser> {
  const url = `http://${container.getHost() === "localhost" ? "127.0.0.1" : container.getHost()}:${container.getMappedPort(controlPort)}`;
  let last = "";
  (await container.logs({ tail: 20 })).on("data", (data) => (last = String(data).trim()));
  const answers = async () => ((await fetch(`${url}/json/version`)).ok ? null : "No answer");
  await until(`Chromium at ${url}`, async () => answers().catch((error: Error) => `${error.message}. ${last}`), { withinMs: 120_000 });
  // Half a second of a processor, for those who start a browser.
  const { chromium } = await import("playwright-core");
  return chromium.connectOverCDP(url, { timeout: againstHangsMs });
}
