import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { RunnerEvent, RunnerOptions, RunResult } from "../api";
import type { PendingOperation, Resource } from "../engine/resource";
import { destroy, preview, refresh, settle, up } from "../run";
import { StateFile, stackFile } from "../state/backend";
import type { FakeDocker, Write } from "./fakeDocker";

const VERBS = { up, preview, destroy, refresh, settle };
const ROOT = path.join(__dirname, "..", "..", "..", "..");
const MODULES = path.join(ROOT, "node_modules");
// What Node compiled is kept, as `barecast` has it: a third less of each process's start.
const CACHE = process.env["NODE_COMPILE_CACHE"] ?? path.join(ROOT, ".cache", "node");

/** A Docker behind a socket whose writes are counted. */
export interface CountedDocker {
  readonly writes: Write[];
  onWrite: (write: Write) => void;
  listen(socket: string): Promise<void>;
  close(): Promise<void>;
}

/** A program, a state and a Docker of its own, in a folder that goes when the test ends. */
export class Harness<D extends CountedDocker = FakeDocker> {
  readonly folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "barecast-runner-test-")));
  readonly socket = path.join(this.folder, "docker.sock");
  readonly program = path.join(this.folder, "program");
  readonly events: RunnerEvent[] = [];
  /** There from `start` on. */
  docker!: D;

  constructor(
    readonly project: string,
    files: Record<string, string>,
    public more: Partial<RunnerOptions> = {},
  ) {
    mkdirSync(this.program);
    symlinkSync(MODULES, path.join(this.program, "node_modules"));
    for (const [name, text] of Object.entries({ "package.json": '{"main":"program.js"}', ...files })) this.write(name, text);
  }

  /** Copies files of the recordings, the machine's Docker replaced by this one. */
  static ofRecording(project: string, folder: string, names: string[], more: Partial<RunnerOptions> = {}): Harness {
    const harness = new Harness(project, {}, more);
    for (const name of names) {
      cpSync(path.join(folder, name), path.join(harness.program, name));
      const text = readFileSync(path.join(harness.program, name), "utf8");
      harness.write(name, text.replaceAll("unix:///var/run/docker.sock", `unix://${harness.socket}`));
    }
    return harness;
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.program, name), text);
  }

  async start(docker: D): Promise<void> {
    this.docker = docker;
    await docker.listen(this.socket);
  }

  async stop(): Promise<void> {
    await this.docker.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  options(config: Record<string, string> = {}): RunnerOptions {
    return {
      program: this.program,
      project: this.project,
      stack: "dev",
      backend: this.folder,
      passphrase: "wire",
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`${this.project}:${key}`, value])),
      owner: { label: "barecast.site", value: "wire" },
      env: { DOCKER_HOST: `unix://${this.socket}`, NODE_COMPILE_CACHE: CACHE },
      onEvent: (event) => this.events.push(event),
      ...this.more,
    };
  }

  run(verb: "up" | "preview" | "destroy" | "refresh", config: Record<string, string> = {}): Promise<RunResult> {
    this.events.length = 0;
    this.docker.writes.length = 0;
    return VERBS[verb](this.options(config));
  }

  stateText(): string {
    return readFileSync(stackFile(this.folder, this.project, "dev"), "utf8");
  }

  /** Writes a state that no run made. */
  async keep(resources: Resource[], pending: PendingOperation[] = []): Promise<void> {
    const [file] = await StateFile.open({ ...this.options() });
    await file.save({ resources, pending });
  }

  async resources(): Promise<Resource[]> {
    const [, snapshot] = await StateFile.open({ ...this.options() });
    return snapshot.resources;
  }
}
