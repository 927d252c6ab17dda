import { rm } from "node:fs/promises";
import { makeScratch } from "@barecast/waiting";
import { type ResourceResult, RunnerError, type RunnerEvent, type RunnerOptions } from "./api";
import { Connections } from "./docker/connection";
import { configHandler, secretHandler } from "./docker/content";
import { networkHandler } from "./docker/network";
import { serviceHandler } from "./docker/service";
import { volumeHandler } from "./docker/volume";
import { Deployment } from "./engine/deployment";
import type { Context, Handler } from "./engine/handler";
import { look } from "./engine/refresh";
import { nameOf, type PendingOperation, type Resource, splitRef } from "./engine/resource";
import { repeatUpdates, settlePending } from "./engine/settle";
import { reveal } from "./engine/values";
import { dynamicHandler } from "./handlers/dynamic";
import { defaultProviderInputs, dockerProvider, dynamicProvider } from "./handlers/provider";
import { DynamicProcess } from "./host/dynamicProcess";
import { type Place, placeOf } from "./host/program";
import { StateFile } from "./state/backend";
import { takeLock } from "./state/lock";
import { saltOfSettings } from "./state/salt";

const DYNAMIC = "pulumi-nodejs:dynamic:Resource";
const PARALLEL = 16;

type State = { resources: Resource[]; pending: PendingOperation[] };

/** What one run holds open: the lock, the state, the ways to Docker, the process of dynamic resources. */
export class Session {
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly connections: Connections;
  state: State = { resources: [], pending: [] };
  file: StateFile | undefined;
  private readonly dynamic: DynamicProcess;
  private readonly handlers: Record<string, Handler>;
  private unlock: (() => Promise<void>) | undefined;

  private constructor(
    readonly o: RunnerOptions,
    readonly folder: string,
  ) {
    this.place = placeOf(o.program);
    this.signal = o.signal ?? new AbortController().signal;
    this.connections = new Connections(o.env?.["DOCKER_HOST"] ?? process.env["DOCKER_HOST"]);
    this.dynamic = new DynamicProcess(o, this.place.folder);
    const docker = { connections: this.connections, owner: o.owner };
    this.handlers = {
      "docker:index/network:Network": networkHandler(docker),
      "docker:index/volume:Volume": volumeHandler(docker),
      "docker:index/secret:Secret": secretHandler(docker),
      "docker:index/serviceConfig:ServiceConfig": configHandler(docker),
      "docker:index/service:Service": serviceHandler(docker),
      "pulumi:providers:docker": dockerProvider,
      "pulumi:providers:pulumi-nodejs": dynamicProvider,
      [DYNAMIC]: dynamicHandler(this.dynamic),
    };
  }

  /** Runs `work` in a session and closes it whatever happens. */
  static async with<T>(o: RunnerOptions, isWriting: boolean, work: (session: Session) => Promise<T>): Promise<T> {
    if (o.signal?.aborted) throw new RunnerError("interrupted", "Interrupted before anything was done");
    const session = new Session(o, makeScratch("runner"));
    try {
      if (isWriting) session.unlock = await takeLock(o.backend, o.project, o.stack);
      return await work(session);
    } finally {
      await session.close();
    }
  }

  /** Reads the state; what an interrupted run left is settled (a preview only foresees that). */
  async load(isPreview: boolean): Promise<void> {
    const salt = saltOfSettings(this.place.folder, this.o.stack);
    const [file, state] = await StateFile.open({ ...this.o, ...(salt ? { salt } : {}) });
    this.file = file;
    this.state = state;
    if (state.resources.some(({ type }) => type === DYNAMIC)) this.dynamic.start().catch(() => {});
    if (state.pending.length === 0) return;
    if (isPreview) {
      this.state = { resources: repeatUpdates(state), pending: [] };
      return;
    }
    this.state = {
      resources: await settlePending(
        state,
        (type) => this.handlers[type],
        (resource) => this.contextOf(resource),
      ),
      pending: [],
    };
    await file.save(this.state);
  }

  /** Compares what the state knows with what there is ({@link look}). @returns what became of each resource; nothing is written */
  async refresh(): Promise<ResourceResult[]> {
    const { resources, results } = await look(
      this.state.resources,
      (type) => this.handlers[type],
      (resource) => this.contextOf(resource),
    );
    this.state = { ...this.state, resources };
    return results;
  }

  deployment(isPreview: boolean): Deployment {
    const { stack, project, parallel = PARALLEL } = this.o;
    return new Deployment({
      stack,
      project,
      isPreview,
      parallel,
      resources: this.state.resources,
      handlers: (type) => this.handlers[type],
      defaultProvider: (type, version) => defaultProviderInputs(this.o, type, version),
      save: (snapshot) => this.file!.save(snapshot),
      emit: (event) => this.emit(event),
      signal: this.signal,
    });
  }

  contextOf(resource: Resource): Context {
    const { urn, provider } = resource;
    const { urn: providerUrn, id } = splitRef(provider ?? "");
    const found = this.state.resources.find((candidate) => candidate.urn === providerUrn && candidate.id === id);
    const log = (severity: "info" | "warning", message: string): void => this.emit({ kind: "log", severity, message, urn });
    return { urn, name: nameOf(urn), provider: reveal(found?.inputs ?? {}), signal: this.signal, log };
  }

  emit(event: RunnerEvent): void {
    this.o.onEvent?.(event);
  }

  private async close(): Promise<void> {
    await Promise.all([this.dynamic.stop(), this.connections.close()]);
    await rm(this.folder, { recursive: true, force: true });
    await this.unlock?.();
  }
}
