import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { firstAddress } from "../config";
import { type MediaServer, startMediaServer } from "../index";
import { createLog } from "../log";
import { call, type Client, connect, join, type Remote } from "./client";
import { Viewer } from "./peers";
import type { Event } from "./scene";
import { TestCamera } from "./testCamera";

/** What ffprobe says of a file. */
export interface Probe {
  format: { format_name: string; duration?: string };
  streams: { codec_name: string; width?: number; nb_read_frames: string }[];
}

const PLAYER_EVENTS = ["Error", "EndOfStream", "UriEndpointStateChanged", "MediaFlowOutStateChanged"];

/** A media server with a recordings folder of its own, and an RTSP camera. Needs ffmpeg and ffprobe on PATH. */
export class CameraScene {
  readonly camera = new TestCamera();
  readonly viewers: Viewer[] = [];

  private constructor(
    private readonly folder: string,
    readonly server: MediaServer,
    readonly client: Client,
    readonly pipeline: Remote,
    /** Lines of the server's log. */
    readonly lines: string[],
  ) {}

  static async open(): Promise<CameraScene> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "media-"));
    const lines: string[] = [];
    const log = createLog("debug", (line) => lines.push(line));
    const options = { controlPort: 0, recordingsFolder: folder, minPort: 41_400, maxPort: 41_500, cameraSilenceMs: 3_000 };
    const server = await startMediaServer(options, log);
    const client = await connect(server.port);
    const scene = new CameraScene(folder, server, client, await client.create("MediaPipeline"), lines);
    await scene.camera.start();
    return scene;
  }

  async close(): Promise<void> {
    await Promise.all(this.viewers.map((viewer) => viewer.close()));
    this.client.close();
    await this.server.close();
    await this.camera.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** An element for this address; its events are collected, whole. */
  async player(uri: string, events: Event[] = []): Promise<Remote> {
    const element = await this.pipeline.create("PlayerEndpoint", { uri });
    for (const type of PLAYER_EVENTS) element.on(type, (data) => events.push(data));
    return element;
  }

  async recorder(name: string, mediaProfile: string): Promise<Remote> {
    return this.pipeline.create("RecorderEndpoint", { uri: `file:///recordings/${name}`, mediaProfile });
  }

  /** Joins a viewer of the source's picture. */
  async view(source: Remote): Promise<Viewer> {
    const endpoint = await this.pipeline.create("WebRtcEndpoint");
    await call(source, "connect", endpoint, "VIDEO");
    const viewer = new Viewer(firstAddress()!);
    this.viewers.push(viewer);
    await join(endpoint, viewer.pc);
    return viewer;
  }

  /** Decodes a whole recording; throws when ffmpeg finds a fault in it. */
  probe(name: string): Probe {
    const file = path.join(this.folder, name);
    const faults = execFileSync("ffmpeg", ["-v", "error", "-i", file, "-f", "null", "-"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(faults).toBe("");
    return JSON.parse(
      execFileSync("ffprobe", ["-v", "error", "-count_frames", "-show_format", "-show_streams", "-of", "json", file], { encoding: "utf8" }),
    ) as Probe;
  }
}

/** Events as words: type and state. `type` of an Error is its kind; a real server repeats it. */
export const words = (events: Event[]) => events.map(({ type, state }) => [type, state].filter(Boolean).join(" "));
