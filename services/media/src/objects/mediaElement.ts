import { KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import { Track } from "../media/track";
import type { Operations, Params, TypeName } from "../protocol";
import { type Context, MediaObject, stringParam } from "./mediaObject";

export const MEDIA_TYPES = ["AUDIO", "DATA", "VIDEO"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];
const DEFAULT_PAD = "default";

export const kindOf = (type: MediaType): Kind | undefined => (type === "DATA" ? undefined : (type.toLowerCase() as Kind));
const typeOf = (kind: Kind): MediaType => kind.toUpperCase() as MediaType;

interface Connection {
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

function typeParam(params: Params, name: string): MediaType[] {
  const value = params[name];
  if (value === undefined || value === null) return [...MEDIA_TYPES];
  if (!MEDIA_TYPES.includes(value as MediaType))
    throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be one of ${MEDIA_TYPES.join(", ")}`);
  return [value as MediaType];
}

function sinkParam(self: MediaElement, params: Params): MediaElement {
  const sink = self.lookUp(stringParam(params, "sink"));
  if (!(sink instanceof MediaElement))
    throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `Object '${sink.id}' is no media element`);
  return sink;
}

const connectionData = ({ source, sink, type }: Connection) => ({
  __module__: "kurento",
  __type__: "ElementConnectionData",
  sink: sink.id,
  sinkDescription: DEFAULT_PAD,
  source: source.id,
  sourceDescription: DEFAULT_PAD,
  type,
});

const ofType = (params: Params) => {
  const types = typeParam(params, "mediaType");
  return ({ type }: Connection) => types.includes(type);
};

const kindsParam = (params: Params) => typeParam(params, "mediaType").flatMap((type) => kindOf(type) ?? []);

export const mediaElementOperations: Operations<"MediaElement", MediaElement> = {
  connect: (self, params) => {
    const sink = sinkParam(self, params);
    for (const type of typeParam(params, "mediaType")) self.connect(sink, type);
  },
  disconnect: (self, params) => {
    const sink = sinkParam(self, params);
    for (const type of typeParam(params, "mediaType")) self.disconnect(sink, type);
  },
  getSinkConnections: (self, params) => self.sinkConnections.filter(ofType(params)).map(connectionData),
  getSourceConnections: (self, params) => self.sourceConnections.filter(ofType(params)).map(connectionData),
  getStats: (self, params) => self.stats(kindsParam(params)),
  isMediaFlowingIn: (self, params) => kindsParam(params).some((kind) => self.flowsIn[kind]),
  isMediaFlowingOut: (self, params) => kindsParam(params).some((kind) => self.outputs[kind].flow.isFlowing),
  isMediaTranscoding: () => false,
};
