import { type ChildProcess, spawn } from "node:child_process";
import { type RtspConnection, RtspServer } from "../rtsp/rtspServer";

/** An RTSP camera made of ffmpeg's test picture: H.264 with its parameter sets in the description only, a key frame every 2 s. */
export class TestCamera {
  private readonly server = new RtspServer();
  private readonly watchers = new Set<RtspConnection>();
  private encoder?: ChildProcess;
  private isFrozen = false;
  url = "";

  async start(): Promise<void> {
    const camera = { sdp: "", onPlay: (connection: RtspConnection) => void this.watchers.add(connection) };
    this.url = (await this.server.open(camera)).url;
    const announced = new Promise<void>((resolve) => {
      const push = {
        onAnnounce: (sdp: string) => {
          camera.sdp = sdp;
          resolve();
        },
        onFrame: (channel: number, data: Buffer) => {
          if (!this.isFrozen) for (const watcher of this.watchers) watcher.send(channel, data);
        },
      };
      void this.server.open(push).then(({ url }) => this.encode(url));
    });
    await announced;
  }

  private encode(url: string): void {
    const input = ["-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"];
    const coding = [
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-tune",
      "zerolatency",
      "-g",
      "50",
      "-bf",
      "0",
      "-pix_fmt",
      "yuv420p",
      "-flags",
      "+global_header",
    ];
    this.encoder = spawn("ffmpeg", [...input, ...coding, "-f", "rtsp", "-rtsp_transport", "tcp", url], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  /** The connection stays, nothing comes any more. */
  freeze(): void {
    this.isFrozen = true;
  }

  async stop(): Promise<void> {
    this.encoder?.kill("SIGKILL");
    await this.server.close();
  }
}
