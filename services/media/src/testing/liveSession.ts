import { call, join, type Remote } from "./client";
import { Publisher, type Viewer } from "./peers";
import type { Scene } from "./scene";
import { until } from "./until";

/** A second publisher's session in a scene, with a viewer of its own: an attacker's, who has whatever its client has. */
export class LiveSession {
  private constructor(
    readonly endpoint: Remote,
    readonly publisher: Publisher,
    readonly viewer: Viewer,
    readonly viewed: Remote,
  ) {}

  static async open(scene: Scene): Promise<LiveSession> {
    const publisher = new Publisher(scene.address);
    scene.onClose(() => publisher.close());
    const endpoint = await scene.pipeline.create("WebRtcEndpoint");
    await join(endpoint, publisher.pc);
    publisher.start();
    const { viewer, endpoint: viewed } = await scene.view(endpoint);
    return new LiveSession(endpoint, publisher, viewer, viewed);
  }

  /** Its pictures still come. */
  async expectAlive(): Promise<void> {
    const { viewer, publisher } = this;
    const seen = viewer.payloads.length;
    await until(() => (viewer.payloads.length > seen + 10 ? null : `the session's own picture stands, ${publisher.pc.connectionState}`));
  }

  async release(): Promise<void> {
    this.publisher.pause();
    for (const endpoint of [this.viewed, this.endpoint]) await endpoint.release();
  }

  /** Numbers in the statistics of one of its endpoints' picture. */
  async count(endpoint: Remote, name: string): Promise<number> {
    const entries = Object.values(await call<Record<string, Record<string, number>>>(endpoint, "getStats", "VIDEO"));
    return entries.find((entry) => entry[name] !== undefined)?.[name] ?? 0;
  }
}
