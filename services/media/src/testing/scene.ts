import { firstAddress } from "../config";
import { startMediaServer } from "../index";
import { createLog } from "../log";
import { call, type Client, connect, join, type Remote } from "./client";
import { Publisher, Viewer } from "./peers";
import { until } from "./until";

/** Events of a WebRtcEndpoint that a scene collects. */
const EVENTS = [
  ...["IceComponentStateChanged", "IceGatheringDone", "NewCandidatePairSelected", "ConnectionStateChanged", "MediaStateChanged"],
  ...["MediaFlowInStateChanged", "MediaFlowOutStateChanged", "MediaTranscodingStateChanged", "Error"],
];

export type Event = Record<string, unknown>;

/** Where a scene plays: a media server of this process or of another. */
export interface Stage {
  port: number;
  close(): Promise<unknown>;
}

/** A media server, one publisher, and viewers on demand; all on this machine's first address. */
export class Scene {
  readonly address = firstAddress()!;
  readonly publisher = new Publisher(this.address);
  readonly viewers: Viewer[] = [];
  /** Whole events of the publisher's endpoint, and of all viewers' endpoints. */
  readonly published: Event[] = [];
  readonly viewed: Event[] = [];
  private readonly closers: (() => unknown)[] = [];

  private constructor(
    readonly server: Stage,
    readonly client: Client,
    readonly pipeline: Remote,
    readonly firstPort: number,
  ) {}

  /** `firstPort`: of the hundred that media may use. Jest runs files side by side: each has its own. */
  static async open(firstPort: number): Promise<Scene> {
    const log = createLog("error", () => undefined);
    return Scene.on(await startMediaServer({ controlPort: 0, minPort: firstPort, maxPort: firstPort + 99 }, log), firstPort);
  }

  static async on(server: Stage, firstPort: number): Promise<Scene> {
    const client = await connect(server.port);
    return new Scene(server, client, await client.create("MediaPipeline"), firstPort);
  }

  /** Runs before everything else is closed. */
  onClose(closer: () => unknown): void {
    this.closers.push(closer);
  }

  async close(): Promise<void> {
    for (const closer of this.closers) await closer();
    await Promise.all([this.publisher.close(), ...this.viewers.map((viewer) => viewer.close())]);
    this.client.close();
    await this.server.close();
  }

  /** Publishes, and waits until media flows. */
  async publish(): Promise<Remote> {
    const endpoint = await this.pipeline.create("WebRtcEndpoint");
    await join(endpoint, this.publisher.pc, this.published, EVENTS);
    this.publisher.start();
    await until(() =>
      this.published.some(({ type }) => type === "MediaFlowOutStateChanged") ? null : "the publisher's media does not flow",
    );
    return endpoint;
  }

  /** Joins one more viewer, and waits for its first picture. */
  async view(source: Remote): Promise<{ viewer: Viewer; endpoint: Remote }> {
    const endpoint = await this.pipeline.create("WebRtcEndpoint");
    await call(source, "connect", endpoint, "VIDEO");
    const viewer = this.viewer();
    await join(endpoint, viewer.pc, this.viewed, EVENTS);
    await until(() => (viewer.numbers.length > 0 ? null : "no picture came"));
    return { viewer, endpoint };
  }

  /** A viewer that has not joined yet; closed with the scene. */
  viewer(kinds?: ("audio" | "video")[]): Viewer {
    const viewer = new Viewer(this.address, kinds);
    this.viewers.push(viewer);
    return viewer;
  }
}

/** Places where numbered pictures do not follow one another. */
export const gaps = (numbers: number[]) => numbers.slice(1).filter((number, index) => number !== numbers[index]! + 1);
