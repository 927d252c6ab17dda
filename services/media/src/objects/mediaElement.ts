import { KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import { Track } from "../media/track";
import type { Params, TypeName } from "../protocol";
import { type Context, MediaObject } from "./mediaObject";

export const MEDIA_TYPES = ["AUDIO", "DATA", "VIDEO"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];
/** The name of every pad here; a real server numbers those that are asked for by name. */
export const DEFAULT_PAD = "default";

/** Undefined for data channels, which carry no media. */
export const kindOf = (type: MediaType): Kind | undefined => (type === "DATA" ? undefined : (type.toLowerCase() as Kind));
const typeOf = (kind: Kind): MediaType => kind.toUpperCase() as MediaType;

/** Media of one type flows from an element to another. */
export interface Connection {
  source: MediaElement;
  sink: MediaElement;
  type: MediaType;
}

/** An object that media flows out of, into, or both. */
export abstract class MediaElement extends MediaObject {
  /** What flows out of it. */
  readonly outputs: Record<Kind, Track>;
  readonly sinkConnections: Connection[] = [];
  readonly sourceConnections: Connection[] = [];
  readonly flowsIn: Record<Kind, boolean> = { audio: false, video: false };
  private readonly announced = new Set<MediaType>();

  constructor(type: TypeName, context: Context, parent: MediaObject) {
    super(type, context, parent);
    this.outputs = { audio: this.createOutput("audio"), video: this.createOutput("video") };
  }

  /** Asks the outside for a key frame; undefined where that is impossible. Read once, while the tracks are made. */
  protected get keyFrameSource(): ((kind: Kind) => void) | undefined {
    return undefined;
  }

  /** The element shall take this track from now on; undefined: none. */
  protected abstract setInput(kind: Kind, track: Track | undefined): void;

  private createOutput(kind: Kind): Track {
    const ask = kind === "video" ? this.keyFrameSource : undefined;
    return new Track({ kind, onFlow: (flows) => this.onOutputFlow(kind, flows), askKeyFrame: ask && (() => ask(kind)) });
  }

  private onOutputFlow(kind: Kind, isFlowing: boolean): void {
    this.raise("MediaFlowOutStateChanged", { mediaType: typeOf(kind), padName: DEFAULT_PAD, state: flowState(isFlowing) });
  }

  /** For subclasses: media flows in, or no longer. */
  protected onInputFlow(kind: Kind, isFlowing: boolean): void {
    this.flowsIn[kind] = isFlowing;
    this.raise("MediaFlowInStateChanged", { mediaType: typeOf(kind), padName: DEFAULT_PAD, state: flowState(isFlowing) });
    const connection = this.sourceConnections.find(({ type }) => type === typeOf(kind));
    if (isFlowing) connection?.source.announcePassThrough(connection.type);
  }

  private announcePassThrough(mediaType: MediaType): void {
    if (this.announced.has(mediaType)) return;
    this.announced.add(mediaType);
    const binName = `${this.type.toLowerCase()}_${mediaType.toLowerCase()}`;
    this.raise("MediaTranscodingStateChanged", { binName, mediaType, state: "NOT_TRANSCODING" });
  }

  connect(sink: MediaElement, type: MediaType): void {
    if (sink.parent !== this.parent) {
      throw new KurentoError("CONNECT_ERROR", "Media elements do not share pipeline");
    }
    sink.sourceConnections.filter((other) => other.type === type).forEach(({ source }) => source.disconnect(sink, type));
    const connection = { source: this, sink, type };
    this.sinkConnections.unshift(connection);
    sink.sourceConnections.unshift(connection);
    const kind = kindOf(type);
    if (kind) sink.setInput(kind, this.outputs[kind]);
    this.raiseConnection("ElementConnected", sink, type);
  }

  disconnect(sink: MediaElement, type: MediaType): void {
    const isSame = (other: Connection) => other.source === this && other.sink === sink && other.type === type;
    remove(this.sinkConnections, isSame);
    if (remove(sink.sourceConnections, isSame)) {
      const kind = kindOf(type);
      if (kind) sink.setInput(kind, undefined);
    }
    this.raiseConnection("ElementDisconnected", sink, type);
  }

  private raiseConnection(event: string, sink: MediaElement, mediaType: MediaType): void {
    this.raise(event, { mediaType, sink: sink.id, sinkMediaDescription: DEFAULT_PAD, sourceMediaDescription: DEFAULT_PAD });
  }

  /** Fields of `getStats` of this element, by id. */
  stats(_kinds: Kind[]): Record<string, Params> {
    return {};
  }

  protected override async dispose(): Promise<void> {
    for (const { sink, type } of [...this.sinkConnections]) this.disconnect(sink, type);
    for (const { source, type } of [...this.sourceConnections]) source.disconnect(this, type);
    this.outputs.audio.close();
    this.outputs.video.close();
  }
}

const flowState = (isFlowing: boolean) => (isFlowing ? "FLOWING" : "NOT_FLOWING");

function remove<T>(list: T[], isIt: (item: T) => boolean): boolean {
  const index = list.findIndex(isIt);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}
