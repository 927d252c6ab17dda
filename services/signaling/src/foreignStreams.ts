import { outranks } from "./cameraClaims";
import { runTag } from "./media/orphans";
import type { MediaPool } from "./media/pool";
import type { MediaServer } from "./media/server";
import type { StreamView } from "./messages";
import type { Other, SharedStream } from "./sharedStream";
import { movedReason, streamView, type Stream, type StreamRegistry } from "./streams";

interface Known {
  readonly stream: Stream;
  shared: SharedStream;
}

/** The streams of other replicas, joined to the objects that they made. */
export class ForeignStreams {
  /** By replica and stream: of a camera that is taken over there are two for a while, each with its viewers. */
  private readonly known = new Map<string, Known>();
  private shown = "";
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
  show(others: readonly Other[]): void {
    const entries = others.flatMap(({ run, isSilent, streams }) => streams.map((shared): Entry => ({ run, isSilent, shared })));
    const keys = new Set(entries.map(keyOf));
    const gone = [...this.known].filter(([key]) => !keys.has(key));
    for (const [key] of gone) this.known.delete(key);
    for (const entry of entries) this.keep(entry);
    const chosen = new Map<string, Entry>();
    for (const entry of entries) {
      const { id } = entry.shared.view;
      const other = chosen.get(id);
      if (!other || precedes(entry, other)) chosen.set(id, entry);
    }
    const wall = [...chosen.values()].map((entry) => this.known.get(keyOf(entry))!.stream);
    const text = JSON.stringify(wall.map(streamView));
    this.streams.showForeign(wall, text !== this.shown);
    this.shown = text;
    for (const [, { stream }] of gone) tell(stream, stream.kind === "camera" ? movedReason : "The stream has ended");
  }

  /** The replica that made these streams may be unable to tell; their viewers here are told by this one. */
  private loseServer(server: MediaServer): void {
    for (const { stream } of this.known.values()) if (stream.wiring?.server === server) unwire(stream);
  }

  private keep(entry: Entry): void {
    const { shared } = entry;
    const { view, pipeline, source } = shared;
    const known = this.known.get(keyOf(entry)) ?? { stream: { ...fieldsOf(view), wiring: null, viewers: new Set() }, shared };
    this.known.set(keyOf(entry), known);
    const { stream, shared: before } = known;
    Object.assign(stream, fieldsOf(view), { otherViewers: view.viewers });
    known.shared = shared;
    if (stream.wiring && before.pipeline !== pipeline) unwire(stream);
    if (!stream.wiring || (stream.wiring.source?.id ?? null) !== source) void this.wire(known);
  }

  private async wire(known: Known): Promise<void> {
    const { stream, shared } = known;
    const server = this.pool.servers.find(({ name }) => name === shared.media);
    if (!server?.isUp) return;
    const pipeline = server.kurento.made(shared.pipeline);
    const isThere = await pipeline.call("getTag", runTag).then(
      () => true,
      () => false, // gone meanwhile: the next text says so
    );
    if (!isThere || known.shared.pipeline !== shared.pipeline || known.shared.source !== shared.source) return;
    const source = shared.source === null ? null : server.kurento.made(shared.source);
    stream.wiring = { server, pipeline, source };
    if (source) for (const { endpoint } of stream.viewers) source.tell("connect", endpoint);
  }
}

/** A stream of one replica. */
interface Entry {
  readonly run: string;
  readonly isSilent: boolean;
  readonly shared: SharedStream;
}
const keyOf = ({ run, shared }: Entry) => `${run} ${shared.view.id}`;
const claimOf = ({ run, shared }: Entry) => ({ run, since: shared.view.startedAt });

/** Of a camera that two play, the one that goes on with it. */
function precedes(one: Entry, other: Entry): boolean {
  if (one.isSilent !== other.isSilent) return other.isSilent;
  return outranks(one.shared.view.id, claimOf(one), claimOf(other));
}

function unwire(stream: Stream): void {
  stream.wiring = null;
  tell(stream, "The media server went away");
}

function tell({ viewers }: Stream, reason: string): void {
  for (const viewer of [...viewers]) viewer.onEnded(reason);
}

function fieldsOf({ viewers: _counted, ...fields }: StreamView): Omit<StreamView, "viewers"> {
  return { reason: undefined, ...fields };
}
