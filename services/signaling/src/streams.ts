import type { StreamView } from "./messages";
import type { Remote } from "./media/kurento";
import type { MediaServer } from "./media/server";

/** One who watches: told when it is over; everything of it on the media server goes with the pipeline. */
export interface Viewer {
  readonly endpoint: Remote;
  onEnded(reason: string): void;
}

/** What a viewer is connected to: the pipeline, and its source once there is one. */
export interface Wiring {
  readonly server: MediaServer;
  readonly pipeline: Remote;
  readonly source: Remote | null;
}

/** A stream of this replica or of another one, with its objects on the media server. `startedAt` is ISO 8601. */
export interface Stream {
  readonly id: string;
  readonly title: string;
  readonly kind: StreamView["kind"];
  readonly startedAt: string;
  state: StreamView["state"];
  reason?: string;
  isRecording: boolean;
  /** `null` while the media server is gone. */
  wiring: Wiring | null;
  /** Who watches by this replica. */
  readonly viewers: Set<Viewer>;
  /** How many watch by the replica that made the stream, where that is another one. */
  otherViewers?: number;
}

/** A camera's stream has this id, whichever replica plays it. */
export const cameraStreamId = (name: string): string => `camera-${name}`;

/** Why a camera's stream ends when another replica plays it from then on; its viewers join anew. */
export const movedReason = "The camera moved to another server";

/** The streams of this site, and who wants to know of changes. */
export class StreamRegistry {
  private readonly streams = new Map<string, Stream>();
  /** Made by other replicas. */
  private foreign: ReadonlyMap<string, Stream> = new Map();
  /** Shown where nobody is known to have the stream. */
  private readonly standIns = new Map<string, Stream>();
  private readonly listeners = new Set<(streams: StreamView[]) => void>();
  private isAnnounced = false;

  get(id: string): Stream | undefined {
    return this.streams.get(id) ?? this.foreign.get(id) ?? this.standIns.get(id);
  }

  /** The streams that this replica made. */
  own(): Stream[] {
    return [...this.streams.values()];
  }

  /** Shows exactly these of other replicas; `isNews` says that one of them is another or has changed. */
  showForeign(streams: readonly Stream[], isNews: boolean): void {
    this.foreign = new Map(streams.map((stream) => [stream.id, stream]));
    if (isNews) this.changed();
  }

  /** Keeps a place on the wall, in this order, whoever has the stream. */
  addStandIn(stream: Stream): void {
    this.standIns.set(stream.id, stream);
    this.changed();
  }

  get size(): number {
    return this.streams.size;
  }

  get viewerCount(): number {
    return [...this.streams.values()].reduce((sum, { viewers }) => sum + viewers.size, 0);
  }

  /** What streams put on a media server beside the places of this replica's own: viewers, and the streams of other replicas with theirs. */
  loadOn(server: MediaServer): number {
    const isThere = ({ wiring }: Stream) => wiring?.server === server;
    const own = this.own().filter(isThere);
    const foreign = [...this.foreign.values()].filter(isThere);
    const load = [...own.map(viewersOf), ...foreign.map((stream) => 1 + viewersOf(stream))];
    return load.reduce((sum, each) => sum + each, 0);
  }

  add(stream: Stream): void {
    this.streams.set(stream.id, stream);
    this.changed();
  }

  /** Whether it was there. */
  remove(id: string): boolean {
    const wasThere = this.streams.delete(id);
    if (wasThere) this.changed();
    return wasThere;
  }

  update(stream: Stream, change: Partial<Pick<Stream, "state" | "reason" | "isRecording" | "wiring">>): void {
    Object.assign(stream, change);
    if (this.streams.has(stream.id)) this.changed();
  }

  views(): StreamView[] {
    // A key keeps the place where it was first.
    return [...new Map([...this.standIns, ...this.foreign, ...this.streams]).values()].map(streamView);
  }

  /** Changes of one turn come as one call. Returns a function that stops listening. */
  onChange(listener: (streams: StreamView[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    if (this.isAnnounced) return;
    this.isAnnounced = true;
    setImmediate(() => {
      this.isAnnounced = false;
      const views = this.views();
      for (const listener of this.listeners) listener(views);
    });
  }
}

/** The stream as clients see it: the reason only while it is down, viewers of all replicas counted. */
export function streamView(stream: Stream): StreamView {
  const { id, title, kind, state, reason, isRecording, startedAt } = stream;
  const why = state === "down" && reason !== undefined ? { reason } : {};
  return { id, title, kind, state, ...why, isRecording, startedAt, viewers: viewersOf(stream) };
}

function viewersOf({ viewers, otherViewers = 0 }: Stream): number {
  return viewers.size + otherViewers;
}
