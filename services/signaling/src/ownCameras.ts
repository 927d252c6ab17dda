import { camerasToPlay } from "./cameraClaims";
import type { CameraConfig } from "./config";
import type { Log } from "./log";
import { cameraStream, type Camera } from "./media/camera";
import type { Other } from "./sharedStream";
import { cameraStreamId, type StreamRegistry } from "./streams";

/** What it takes to play the cameras of a site. */
export interface OwnCamerasParts {
  /** Names this process. */
  readonly run: string;
  readonly cameras: readonly CameraConfig[];
  readonly make: (camera: CameraConfig) => Camera;
  readonly streams: StreamRegistry;
  readonly log: Log;
}

/** The cameras that this replica plays. Each camera of the site has its place on the wall, also while nobody is known to play it. */
export class OwnCameras {
  private readonly byStream: ReadonlyMap<string, CameraConfig>;
  private readonly held = new Map<string, Camera>();
  /** Not taken again before they are given back. */
  private readonly leaving = new Map<string, Promise<void>>();
  private others: readonly Other[] = [];
  private isClosed = false;

  constructor(private readonly parts: OwnCamerasParts) {
    this.byStream = new Map(parts.cameras.map((camera) => [cameraStreamId(camera.name), camera]));
    for (const camera of parts.cameras) parts.streams.addStandIn(cameraStream(camera));
  }

  /** Takes and lets go what there is to, now that the others are known to be these. */
  follow(others: readonly Other[]): void {
    if (this.isClosed) return;
    this.others = others;
    const cameras = [...this.byStream.keys()].filter((id) => !this.leaving.has(id));
    const held = new Map([...this.held].map(([id, { since }]) => [id, since]));
    const wanted = camerasToPlay({ run: this.parts.run, cameras, held, others });
    for (const id of held.keys()) if (!wanted.has(id)) this.letGo(id);
    for (const id of wanted) if (!held.has(id)) this.take(id);
  }

  /** Gives all back. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.leaving.values(), ...[...this.held.values()].map((camera) => camera.close())]);
  }

  private take(id: string): void {
    const config = this.byStream.get(id)!;
    const camera = this.parts.make(config);
    this.held.set(id, camera);
    this.parts.log.info("Playing a camera", { camera: config.name });
    camera.start();
  }

  private letGo(id: string): void {
    const camera = this.held.get(id)!;
    this.held.delete(id);
    this.parts.log.info("Another replica plays a camera that this one played", { camera: this.byStream.get(id)!.name });
    const left = camera.letGo().finally(() => {
      this.leaving.delete(id);
      this.follow(this.others);
    });
    this.leaving.set(id, left);
  }
}
