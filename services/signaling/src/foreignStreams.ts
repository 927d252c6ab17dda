import { z } from "zod";
import type { MediaPool } from "./media/pool";
import type { MediaServer } from "./media/server";
import { streamSchema, type StreamView } from "./messages";
import { streamView, type Stream, type StreamRegistry } from "./streams";

/** A stream as another replica may join it: its view, and its objects on the media server by id. */
export const sharedSchema = z.object({ view: streamSchema, media: z.string(), pipeline: z.string(), source: z.string().nullable() });
export type SharedStream = z.infer<typeof sharedSchema>;

/** How this replica tells of a stream; nothing while its media server is gone. */
export function sharedOf(stream: Stream): SharedStream[] {
  const { wiring } = stream;
  if (!wiring) return [];
  return [{ view: streamView(stream), media: wiring.server.name, pipeline: wiring.pipeline.id, source: wiring.source?.id ?? null }];
}

/** The streams of other replicas, joined to the objects that they made. */
export class ForeignStreams {
  private readonly known = new Map<string, { stream: Stream; source: string | null }>();
  private readonly stopListening: readonly (() => void)[];

  constructor(
    private readonly pool: MediaPool,
    private readonly streams: StreamRegistry,
  ) {
    this.stopListening = pool.servers.map((server) => server.onGone(() => this.loseServer(server)));
  }

  close(): void {
    for (const stop of this.stopListening) stop();
  }

  /** Puts exactly these on the wall; viewers of others are told that their stream has ended. */
  show(shared: readonly SharedStream[]): void {
    const ids = new Set(shared.map(({ view }) => view.id));
    for (const [id, { stream }] of this.known) {
      if (ids.has(id)) continue;
      this.known.delete(id);
      this.streams.removeForeign(id);
      for (const viewer of [...stream.viewers]) viewer.onEnded("The stream has ended");
    }
    for (const entry of shared) this.showOne(entry);
  }

  /** The replica that made these streams may be unable to tell; their viewers here are told by this one. */
  private loseServer(server: MediaServer): void {
    for (const { stream } of this.known.values()) {
      if (stream.wiring?.server !== server) continue;
      stream.wiring = null;
      for (const viewer of [...stream.viewers]) viewer.onEnded("The media server went away");
    }
  }

  private showOne({ view, media, pipeline, source }: SharedStream): void {
    const server = this.pool.servers.find(({ name }) => name === media);
    const known = this.known.get(view.id);
    const stream: Stream = known?.stream ?? { ...fieldsOf(view), wiring: null, viewers: new Set(), otherViewers: 0 };
    Object.assign(stream, fieldsOf(view), { otherViewers: view.viewers });
    this.known.set(view.id, { stream, source });
    this.streams.addForeign(stream);
    if (!server?.isUp || (known && known.source === source && stream.wiring)) return;
    const sourceObject = source === null ? null : server.kurento.made(source);
    stream.wiring = { server, pipeline: server.kurento.made(pipeline), source: sourceObject };
    if (sourceObject) for (const { endpoint } of stream.viewers) sourceObject.call("connect", endpoint).catch(() => undefined);
  }
}

function fieldsOf({ viewers: _counted, ...fields }: StreamView): Omit<StreamView, "viewers"> {
  return { reason: undefined, ...fields };
}
