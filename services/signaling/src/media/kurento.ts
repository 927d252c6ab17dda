// Longer than usual: half of it is the table of what is used of Kurento.
import kurento, { type RawClient, type RawObject } from "kurento-client";

/**
 * The only place that knows kurento-client: a typed door to the objects of one Kurento Media Server, with the methods and events that the
 * platform uses. Its manual: Kurento's API reference, modules core and elements.
 */
export interface Methods {
  addTag(key: string, value: string): void;
  getTag(key: string): string;
  /** Ids. */
  getPipelines(): string[];
  processOffer(offer: string): string;
  gatherCandidates(): void;
  addIceCandidate(candidate: IceCandidate): void;
  setMaxVideoRecvBandwidth(kilobitsPerSecond: number): void;
  setMaxVideoSendBandwidth(kilobitsPerSecond: number): void;
  connect(sink: Remote, mediaType?: MediaType): void;
  play(): void;
  record(): void;
  stopAndWait(): void;
}
export type MediaType = "VIDEO" | "AUDIO";

type NamesOf<P extends readonly unknown[]> = { readonly [I in keyof P]-?: string };
/** Each method's parameters as the protocol names them, in the order of {@link Methods}. */
const parameterNames: { readonly [M in keyof Methods]: NamesOf<Parameters<Methods[M]>> } = {
  addTag: ["key", "value"],
  getTag: ["key"],
  getPipelines: [],
  processOffer: ["offer"],
  gatherCandidates: [],
  addIceCandidate: ["candidate"],
  setMaxVideoRecvBandwidth: ["maxVideoRecvBandwidth"],
  setMaxVideoSendBandwidth: ["maxVideoSendBandwidth"],
  connect: ["sink", "mediaType"],
  play: [],
  record: [],
  stopAndWait: [],
};

/** A candidate as Kurento takes and gives it (RFC 8839). */
export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

/** Events with the data that is read of them. */
export interface Events {
  IceCandidateFound: { candidate: IceCandidate };
  IceGatheringDone: object;
  IceComponentStateChanged: { state: string };
  MediaStateChanged: { newState: "CONNECTED" | "DISCONNECTED" };
  MediaFlowOutStateChanged: { state: "FLOWING" | "NOT_FLOWING"; mediaType: MediaType };
  Error: { description: string; errorCode: number };
  EndOfStream: object;
  Stopped: object;
}

/** What each type is made with. */
export interface Types {
  MediaPipeline: Record<string, never>;
  WebRtcEndpoint: { mediaPipeline: Remote };
  PlayerEndpoint: { mediaPipeline: Remote; uri: string; useEncodedMedia: boolean; networkCache: number };
  RecorderEndpoint: { mediaPipeline: Remote; uri: string; mediaProfile: string };
}

/**
 * An object on the media server. Its methods of kurento-client are passed by: each of their answers is a promise onto which all methods of the
 * object are copied, which costs more than the request. What they end in is asked for, `_rpc`, with ids in place of objects.
 */
export class Remote {
  private static readonly known = new WeakMap<RawObject, Remote>();

  private constructor(private readonly raw: RawObject) {
    raw.removeAllListeners("newListener"); // would subscribe, too
  }

  static of(raw: RawObject): Remote {
    // What is found by its id comes as a bare copy, which kurento-client itself then refuses as a parameter.
    if (Object.getPrototypeOf(raw) === Object.prototype) Object.setPrototypeOf(raw, (raw.constructor as { prototype: object }).prototype);
    const remote = Remote.known.get(raw) ?? new Remote(raw);
    Remote.known.set(raw, remote);
    return remote;
  }

  get id(): string {
    return this.raw.id;
  }

  /** Invokes a method; rejects with the server's error. */
  async call<M extends keyof Methods>(method: M, ...parameters: Parameters<Methods[M]>): Promise<ReturnType<Methods[M]>> {
    const names: readonly string[] = parameterNames[method];
    const given = parameters.map((value: unknown, index) => [names[index], value instanceof Remote ? value.id : toRaw(value)] as const);
    const operationParams = given.length > 0 ? { operationParams: Object.fromEntries(given) } : {};
    const { value } = await this.request<{ value: ReturnType<Methods[M]> }>("invoke", { operation: method, ...operationParams });
    return value;
  }

  /** Subscribes; the request is on its way when this returns. One that fails is of an object that is gone, which others tell. */
  on<E extends keyof Events>(event: E, listener: (data: Events[E]) => void): void {
    if (this.raw.listenerCount(event) === 0) this.request("subscribe", { type: event }).catch(() => undefined);
    this.raw.on(event, listener);
  }

  /** Releases the object and all that it holds. An object that is gone already is no error. */
  async release(): Promise<void> {
    await this.request("release", {}).catch((error: Error) => {
      if (!/not found|timed out|Connection error|disconnected/i.test(error.message)) throw error;
    });
    this.raw.emit("release"); // kurento-client forgets it, and what it held
  }

  private request<T>(method: "invoke" | "subscribe" | "release", params: object): Promise<T> {
    return new Promise((resolve, reject) =>
      this.raw.emit("_rpc", undefined, method, { object: this.id, ...params }, (error: Error | null, result: T) =>
        error ? reject(error) : resolve(result),
      ),
    );
  }

  /** @internal For what is made in it. */
  get inner(): RawObject {
    return this.raw;
  }
}

/** One session with one media server. Made by `connectKurento`, over its whole life the same objects. */
export class KurentoSession {
  constructor(private readonly client: RawClient) {}

  create<T extends keyof Types>(type: T, parameters: Types[T]): Promise<Remote> {
    const raw = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, value instanceof Remote ? value.inner : value]));
    return new Promise((resolve, reject) =>
      this.client.create(type, raw, (error, object) => (error ? reject(error) : resolve(Remote.of(object)))),
    );
  }

  serverManager(): Promise<Remote> {
    return this.objectById("manager_ServerManager");
  }

  /** An object that another session made, or this one. */
  objectById(id: string): Promise<Remote> {
    return new Promise((resolve, reject) =>
      this.client.getMediaobjectById(id, (error, object) => (error ? reject(error) : resolve(Remote.of(object as RawObject)))),
    );
  }

  /** Ends the session's socket at once; the server collects what it still holds four minutes later. */
  close(): void {
    this.client.close();
    this.client._re.disconnect();
  }
}

/** What becomes of a session's socket. */
export interface KurentoEvents {
  /** The socket is lost; kurento-client tries again by itself. */
  onLost(): void;
  /** The socket is back: with the same objects, or not. */
  onBack(isSameSession: boolean): void;
}

/** Connects and waits for the first answer. @throws when the server does not answer within `timeoutMs`. */
export function connectKurento(url: string, timeoutMs: number, events: KurentoEvents): Promise<KurentoSession> {
  return new Promise((resolve, reject) => {
    const client = kurento(
      url,
      { strict: false, failAfter: 0, request_timeout: Math.min(10_000, timeoutMs * 5), duplicates_timeout: 1 },
      () => undefined,
    );
    const session = new KurentoSession(client);
    let reason = "no answer";
    client._re.on("error", (error: Error) => (reason = error.message));
    const timer = setTimeout(() => {
      session.close();
      reject(new Error(`No answer from the media server at ${url} (${reason})`));
    }, timeoutMs);
    session.serverManager().then(
      () => {
        clearTimeout(timer);
        client._re.on("disconnect", events.onLost);
        client.on("reconnected", events.onBack);
        resolve(session);
      },
      (error: Error) => {
        clearTimeout(timer);
        session.close();
        reject(error);
      },
    );
  });
}

function toRaw(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "candidate" in value) return kurento.getComplexType("IceCandidate")(value);
  return value;
}
