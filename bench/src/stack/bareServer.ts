import { cacheFolder, docker, projectFolder, sessionLabels, until } from "@barecast/e2e";
import { buildImages, keepingImages, loadIntoDocker, type BuiltImage } from "@barecast/images";
import type { RunningSite } from "../site";

/** The media server with nothing beside it: the image that the site runs, in a container of its own on the network of the site's machine. */
export interface BareServer {
  /** Its id. */
  readonly container: string;
  /** The WebSocket of Kurento's protocol. */
  readonly url: string;
}

const controlPort = 8888;

/** Starts it for as long as `act` runs. @throws Error when the site runs another image, or the container doesn't answer, with its log */
export async function withBareServer<T>(running: RunningSite, act: (bare: BareServer) => Promise<T>): Promise<T> {
  const image = await imageOf(running);
  const container = await created(running, image);
  try {
    await container.start();
    const network = running.site.about.network.name;
    const address = (await container.inspect()).NetworkSettings.Networks[network]?.IPAddress;
    if (!address) throw new Error(`The bare media server: Expected an address in ${network}, found none. ${await lastWords(container.id)}`);
    await answering(container.id, `http://${address}:${controlPort}/health`);
    return await act({ container: container.id, url: `ws://${address}:${controlPort}/kurento` });
  } finally {
    await container.remove({ force: true });
  }
}

/** Its media address is the only one that it has there. A health check would be something beside it. */
async function created({ site, settings }: RunningSite, image: BuiltImage) {
  const labels = await sessionLabels();
  return keepingImages({ project: projectFolder }, async () => {
    await loadIntoDocker(image);
    return docker.createContainer({
      Image: image.ref,
      Labels: labels,
      Env: ["MEDIA_CONTROL_ADDRESS=0.0.0.0", `MEDIA_CONTROL_PORT=${controlPort}`, `MEDIA_LOG_LEVEL=${settings.logLevel}`],
      HostConfig: { NetworkMode: site.about.network.name },
      Healthcheck: { Test: ["NONE"] },
      Tty: true, // its log comes as it is
    });
  });
}

/** The image of the site's media server, built or as it is in the cache. @throws Error when the site runs another one */
async function imageOf({ site, settings, host }: RunningSite): Promise<BuiltImage> {
  const { name, media, images } = settings;
  if (media.server !== "pocket")
    throw new Error(`${name}: media.server: Expected pocket, found ${media.server}. The bare media server beside it is the pocket one`);
  const { media: built } = await buildImages({ source: images, names: ["media"], project: projectFolder, cache: cacheFolder });
  if (!built) throw new Error("Image media: Expected it among the built ones, found none");
  const service = await site.containerOf(`media-${host.name}`);
  const found = (await site.inside("docker", "inspect", "--format", "{{.Image}}", service)).trim();
  if (found === built.id || found === built.digest) return built;
  throw new Error(
    `${name}: Expected its media server to be of the image ${built.ref} (${built.id}), as the bare one beside it, found ${found}. ` +
      "Bring the site up with this checkout: ./barecast up",
  );
}

async function answering(container: string, url: string): Promise<void> {
  const check = async () => ((await fetch(url)).ok ? null : "no 200");
  await until(`The bare media server at ${url}`, check, { withinMs: 30_000 }).catch(async (error: Error) => {
    throw new Error(`${error.message}. ${await lastWords(container)}`);
  });
}

async function lastWords(container: string): Promise<string> {
  const log = await docker.getContainer(container).logs({ stdout: true, stderr: true, tail: 10 });
  return `Its last words: ${log.toString("utf8").trim() || "none"}`;
}
