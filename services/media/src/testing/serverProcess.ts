import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { MediaConfig } from "../config";
import type { MediaStats } from "../mediaServer";

/** What a media server holds, after a garbage collection. */
export interface Footprint {
  stats: MediaStats;
  heapBytes: number;
  /** Open handles by kind, as Node names them: sockets, timers. */
  resources: Record<string, number>;
  /** Living objects of some classes, as V8 finds them. */
  alive: Record<string, number>;
}

/** A media server in a process of its own, compiled: its memory is its own, and its end is seen. */
export class ServerProcess {
  /** Lines of its log that say `bug`. */
  readonly bugs: string[] = [];
  exitCode?: number | null;
  private readonly ended: Promise<never>;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.on("message", (message: { bug?: string }) => message.bug && this.bugs.push(message.bug));
    this.ended = new Promise((_resolve, reject) =>
      child.on("exit", (code) => {
        this.exitCode = code;
        reject(new Error(`The media server ended with ${code}: ${this.bugs.at(-1) ?? "it said nothing"}`));
      }),
    );
    this.ended.catch(() => undefined);
  }

  /** The same promise, which fails when the server ends before. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.ended]);
  }

  static async start(config: Partial<MediaConfig>): Promise<ServerProcess> {
    const program = path.join(__dirname, "../../dist/testing/serverMain.js");
    const child = fork(program, [JSON.stringify(config)]);
    const [{ port }] = (await Promise.race([once(child, "message"), once(child, "exit").then(([code]) => fail(code))])) as [
      { port: number },
    ];
    return new ServerProcess(child, port);
  }

  /** What lives, as its health says; costs nothing. */
  async stats(): Promise<MediaStats> {
    return (await (await fetch(`http://127.0.0.1:${this.port}/health`)).json()) as MediaStats;
  }

  async footprint(): Promise<Footprint> {
    const answer = new Promise<Footprint>((resolve) => {
      const take = (message: { footprint?: Footprint }) => {
        if (!message.footprint) return;
        this.child.off("message", take);
        resolve(message.footprint);
      };
      this.child.on("message", take);
    });
    this.child.send("footprint");
    return answer;
  }

  async close(): Promise<void> {
    if (this.exitCode !== undefined) return;
    const exit = once(this.child, "exit");
    this.child.send("close");
    await exit;
  }
}

function fail(code: unknown): never {
  throw new Error(`The media server ended with ${String(code)} before it listened. Compile it: npx tsc -b services/media`);
}
