import { gaps, Scene } from "./scene";
import type { Viewer } from "./peers";
import { ServerProcess } from "./serverProcess";
import { until } from "./until";

/** A stream that runs beside an attack, on a server in a process of its own. */
export class Bystander {
  private constructor(
    readonly server: ServerProcess,
    readonly scene: Scene,
    private readonly viewer: Viewer,
  ) {}

  static async open(firstPort: number): Promise<Bystander> {
    const server = await ServerProcess.start({
      controlPort: 0,
      ...{ minPort: firstPort, maxPort: firstPort + 99, recordingsFolder: "/tmp/broken-input", ffmpeg: "/nonexistent/ffmpeg" },
      sessionTimeoutMs: 500,
    });
    const scene = await Scene.on(server, firstPort);
    const { viewer } = await scene.view(await scene.publish());
    return new Bystander(server, scene, viewer);
  }

  close(): Promise<void> {
    return this.scene.close();
  }

  /** The stream goes on: its next pictures come, none is missing, nothing was said of it, and the server has met no fault of its own. */
  async expectAlive(): Promise<void> {
    const { server, scene, viewer } = this;
    expect({ exitCode: server.exitCode, bugs: server.bugs }).toEqual({ exitCode: undefined, bugs: [] });
    const seen = viewer.numbers.length;
    await until(() => (viewer.numbers.length > seen + 10 ? null : `the picture stands at ${viewer.numbers.at(-1)}`), 5_000);
    expect(gaps(viewer.numbers)).toEqual([]);
    expect([...scene.published, ...scene.viewed].filter(({ newState }) => newState === "DISCONNECTED")).toEqual([]);
  }
}
