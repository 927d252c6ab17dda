import path from "node:path";
import { Wait, type StartedTestContainer } from "testcontainers";
import { cameraClip, clipFile } from "./clip";
import { FirstServedContainer } from "./firstServed";
import { testImages } from "./images";
import type { SiteNetwork } from "./networks";

/** An RTSP camera beside the site's hosts, whose picture is the counter. */
export interface Camera {
  readonly container: StartedTestContainer;
  readonly url: string;
}

/** Who may see a camera's picture, and how the camera asks for it (RFC 2617). */
export interface CameraLogin {
  readonly user: string;
  readonly password: string;
  readonly auth: "digest" | "basic";
}

export async function startCamera(site: SiteNetwork, login?: CameraLogin): Promise<Camera> {
  const [{ camera }, clip] = [await testImages(), await clipFile(cameraClip)];
  const container = await new FirstServedContainer(camera)
    .withNetworkMode(site.name)
    .withBindMounts([{ source: path.resolve(clip), target: "/clips/counter.mkv", mode: "ro" }])
    .withCommand(["--file", "/clips/counter.mkv", ...Object.entries(login ?? {}).flatMap(([name, value]) => [`--${name}`, value])])
    .withWaitStrategy(Wait.forLogMessage(/^Serving rtsp:/))
    .start();
  return { container, url: `rtsp://${container.getIpAddress(site.name)}:8554/stream` };
}
