import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { MediaConfig } from "../config";
import type { MediaStats } from "../mediaServer";
import type { Authenticated } from "./authenticated";

/** What a media server holds, after a garbage collection. */
export interface Footprint {
  stats: MediaStats;
  heapBytes: number;
  /** Outside of the heap: contents of Buffers, keys and ciphers. Node's `external`, which has its `arrayBuffers` in it. */
  externalBytes: number;
  /** What the system counts for the process; an allocator keeps pages for later, so that it says little about leaks. */
  rssBytes: number;
  /** Open handles by kind, as Node names them: sockets, timers. */
  resources: Record<string, number>;
  /** Living objects of some classes, as V8 finds them. */
  alive: Record<string, number>;
}

/** What the process answers to a question of this name. */
export interface Answers {
  footprint: Footprint;
  authenticated: Authenticated;
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

  footprint(): Promise<Footprint> {
    return this.query("footprint");
  }

  /** What passed its protocol's authentication so far. */
  authenticated(): Promise<Authenticated> {
    return this.query("authenticated");
  }

  private query<Name extends keyof Answers>(name: Name): Promise<Answers[Name]> {
    const answer = new Promise<Answers[Name]>((resolve) => {
      const take = (message: Partial<Answers>) => {
        const found = message[name];
        if (found === undefined) return;
        this.child.off("message", take);
        resolve(found);
      };
      this.child.on("message", take);
    });
    this.child.send(name);
    return this.whileAlive(answer);
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
