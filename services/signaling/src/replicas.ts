import { z } from "zod";
import type { Config, Secrets } from "./config";
import { reasonOf, type Log } from "./log";
import type { MediaPool } from "./media/pool";
import { streamSchema, type StreamView } from "./messages";
import { redisStore, type SharedStore } from "./sharedStore";
import { streamView, type Stream, type StreamRegistry } from "./streams";

/** A stream as another replica may join it: its view, and its objects on the media server by id. */
const sharedSchema = z.object({ view: streamSchema, media: z.string(), pipeline: z.string(), source: z.string().nullable() });
type SharedStream = z.infer<typeof sharedSchema>;

export interface Replicas {
  readonly state: () => "up" | "off";
  /** Whether the process that is named so lives. When that cannot be known it counts as living. */
  isRunning(run: string): Promise<boolean>;
  close(): Promise<void>;
}

const renewMs = 5000;

/** One replica alone: no other process can have made anything. */
export const alone: Replicas = { state: () => "off", isRunning: async () => false, close: async () => undefined };

/** Shares the streams of this replica with the others and puts theirs on its wall, as long as Redis is there. */
export function joinReplicas(
  run: string,
  config: Pick<Config, "redis">,
  secrets: Pick<Secrets, "redis">,
  pool: MediaPool,
  streams: StreamRegistry,
  log: Log,
): Replicas {
  if (!config.redis) return alone;
  return shareStreams(run, redisStore(config.redis, secrets.redis, log), pool, streams, log);
}

/** @internal For tests: over any store. */
export function shareStreams(run: string, store: SharedStore, pool: MediaPool, streams: StreamRegistry, log: Log): Replicas {
  const foreign = new ForeignStreams(pool, streams);
  let written = "";
  const write = async () => {
    const text = JSON.stringify(streams.own().flatMap(sharedOf));
    written = text;
    if (store.isUp()) await store.write(run, text);
  };
  const read = async () => {
    if (!store.isUp()) return foreign.show([]);
    const texts = await store.readAll();
    texts.delete(run);
    foreign.show([...texts.values()].flatMap((text) => z.array(sharedSchema).parse(JSON.parse(text))));
  };
  const quietly = (work: () => Promise<void> | void) =>
    void Promise.resolve(work()).catch((error: unknown) => log.debug("Redis", { reason: reasonOf(error) }));
  const stopListening = streams.onChange(() => JSON.stringify(streams.own().flatMap(sharedOf)) !== written && quietly(write));
  store.onChange(() => quietly(read));
  const timer = setInterval(() => {
    quietly(write);
    quietly(read);
  }, renewMs);
  quietly(write);
  quietly(read);
  return {
    state: () => (store.isUp() ? "up" : "off"),
    isRunning: async (other) => !store.isUp() || (await store.readAll()).has(other),
    async close() {
      clearInterval(timer);
      stopListening();
      if (store.isUp()) await store.remove(run).catch(() => undefined);
      store.close();
    },
  };
}

function sharedOf(stream: Stream): SharedStream[] {
  const { wiring } = stream;
  if (!wiring) return [];
  return [{ view: streamView(stream), media: wiring.server.name, pipeline: wiring.pipeline.id, source: wiring.source?.id ?? null }];
}

/** The streams of other replicas, joined to the objects that they made. */
class ForeignStreams {
  private readonly known = new Map<string, { stream: Stream; source: string | null }>();

  constructor(
    private readonly pool: MediaPool,
    private readonly streams: StreamRegistry,
  ) {}

  show(shared: readonly SharedStream[]): void {
    const ids = new Set(shared.map(({ view }) => view.id));
    for (const [id, { stream }] of this.known) {
      if (ids.has(id)) continue;
      this.known.delete(id);
      this.streams.removeForeign(id);
      for (const viewer of [...stream.viewers]) viewer.onEnded("The stream has ended");
    }
    for (const entry of shared) void this.showOne(entry);
  }

  private async showOne({ view, media, pipeline, source }: SharedStream): Promise<void> {
    const server = this.pool.servers.find(({ name }) => name === media);
    const known = this.known.get(view.id);
    const stream: Stream = known?.stream ?? { ...fieldsOf(view), wiring: null, viewers: new Set(), otherViewers: 0 };
    Object.assign(stream, fieldsOf(view), { otherViewers: view.viewers });
    this.known.set(view.id, { stream, source });
    this.streams.addForeign(stream);
    if (!server?.isUp || (known && known.source === source && stream.wiring)) return;
    const [pipelineObject, sourceObject] = await Promise.all([
      server.kurento.objectById(pipeline),
      source === null ? null : server.kurento.objectById(source),
    ]).catch(() => [null, null] as const); // gone meanwhile: the next text says so
    if (!pipelineObject || this.known.get(view.id)?.source !== source) return;
    stream.wiring = { server, pipeline: pipelineObject, source: sourceObject };
    if (sourceObject) for (const { endpoint } of stream.viewers) sourceObject.call("connect", endpoint).catch(() => undefined);
  }
}

function fieldsOf({ viewers: _counted, ...fields }: StreamView): Omit<StreamView, "viewers"> {
  return { reason: undefined, ...fields };
}
