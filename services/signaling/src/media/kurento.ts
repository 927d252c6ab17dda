// Longer than usual: first the table of what is used of Kurento, then the session by which it is asked.
import type { EventEmitter } from "node:events";
import type Kurento from "kurento-client";
import type { RawClient, RawObject } from "kurento-client";
import { loadKurento } from "./loadKurento";

const kurento = loadKurento((require) => require("kurento-client") as typeof Kurento);

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

/** The method's name as it is sent. By its plain name kurento-client would keep back all other requests of the session until it is answered. */
const release = { toJSON: () => "release" };

/** Takes the answer to a request: an error, or the result. */
type Done<T> = (error: Error | null, result?: T) => void;
type Ask<T> = (done: Done<T>) => void;

/** What a session waits for. Kurento-client leaves it unanswered for ten seconds when the session is closed. */
class Requests {
  private readonly open = new Set<(error: Error) => void>();
  private readonly ended = new Error("Disconnected from the media server");
  private isClosed = false;

  /** @param ask calls back once; not asked, and lost, after the session's end */
  wait<T>(ask: Ask<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(this.ended);
      this.open.add(reject);
      ask((error, result) => {
        this.open.delete(reject);
        if (error) reject(error);
        else resolve(result as T);
      });
    });
  }
  /** Asks, and does not wait. */
  tell(ask: Ask<unknown>): void {
    if (!this.isClosed) ask(() => undefined);
  }
  close(): void {
    this.isClosed = true;
    for (const reject of this.open) reject(this.ended);
    this.open.clear();
  }
}

/**
 * An object on the media server. Its methods of kurento-client are passed by: each of their answers is a promise onto which all methods of the
 * object are copied, which costs more than the request. What they end in is asked for, `_rpc`, with ids in place of objects.
 */
export class Remote {
  private mentioned: object | null = null;

  /** `asker` is an object of kurento-client's by which requests go; `own` is this one, where this session made it and hears its events. */
  constructor(
    readonly id: string,
    private readonly asker: RawObject,
    private readonly own: RawObject | null,
    private readonly requests: Requests,
  ) {
    own?.removeAllListeners("newListener"); // would subscribe, too
  }

  /** Invokes a method; rejects with the server's error. */
  call<M extends keyof Methods>(method: M, ...parameters: Parameters<Methods[M]>): Promise<ReturnType<Methods[M]>> {
    return this.requests.wait((done) => this.invoke(method, parameters, done));
  }

  /** Invokes a method where nothing depends on the answer, nor on whether one comes. */
  tell<M extends keyof Methods>(method: M, ...parameters: Parameters<Methods[M]>): void {
    this.requests.tell((done) => this.invoke(method, parameters, done));
  }

  /**
   * Subscribes; the request is on its way when this returns. One that fails is of an object that is gone, which others tell.
   * @throws Error when another session made the object
   */
  on<E extends keyof Events>(event: E, listener: (data: Events[E]) => void): void {
    if (!this.own) throw new Error(`Events of ${this.id} go to the session that made it`);
    if (this.own.listenerCount(event) === 0) this.requests.tell((done) => this.ask("subscribe", { object: this.id, type: event }, done));
    this.own.on(event, listener);
  }

  /** Releases the object and all that it holds. An object that is gone already is no error. */
  async release(): Promise<void> {
    try {
      await this.requests.wait((done) => this.ask(release, { object: this.id }, done));
    } catch (error) {
      if (!/not found|timed out|Connection error|disconnected/i.test((error as Error).message)) throw error;
    } finally {
      this.own?.emit("release"); // kurento-client forgets it, and what it held
    }
  }

  /**
   * What kurento-client takes for a pipeline, as a parameter of what is made in this one. It looks whether a parameter is one, and sends its id; of
   * one of its own objects it would first make a copy, with all methods, for their promises.
   */
  get mention(): object {
    this.mentioned ??= Object.create(kurento.register.classes["MediaPipeline"]!.prototype, {
      id: { value: this.id },
      then: { value: undefined },
    }) as object;
    return this.mentioned;
  }

  private invoke<M extends keyof Methods>(operation: M, parameters: Parameters<Methods[M]>, done: Done<ReturnType<Methods[M]>>): void {
    const names: readonly string[] = parameterNames[operation];
    const operationParams: Record<string, unknown> = {};
    for (let index = 0; index < parameters.length; index++) operationParams[names[index]!] = asSent(parameters[index]);
    const params = parameters.length === 0 ? { object: this.id, operation } : { object: this.id, operation, operationParams };
    this.ask<{ value: ReturnType<Methods[M]> }>("invoke", params, (error, answer) => done(error, answer?.value));
  }

  private ask<T>(method: "invoke" | "subscribe" | typeof release, params: object, done: Done<T>): void {
    this.asker.emit("_rpc", undefined, method, params, done);
  }
}

const managerId = "manager_ServerManager";

/** One session with one media server. Made by `connectKurento`, over its whole life the same objects. */
export class KurentoSession {
  readonly manager: Remote;
  private readonly requests = new Requests();

  constructor(
    /** @internal */
    readonly client: RawClient,
    private readonly rawManager: RawObject,
  ) {
    this.manager = this.made(managerId);
  }

  create<T extends keyof Types>(type: T, parameters: Types[T]): Promise<Remote> {
    const raw: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(parameters)) raw[key] = value instanceof Remote ? value.mention : value;
    return this.requests.wait((done) =>
      this.client.create(type, raw, (error, own) => done(error, error ? undefined : new Remote(own.id, own, own, this.requests))),
    );
  }

  /** An object that another session made. Nothing is asked: kurento-client would keep whatever it had once described. */
  made(id: string): Remote {
    return new Remote(id, this.rawManager, null, this.requests);
  }

  /** Ends the session's socket at once; the server collects what it still holds four minutes later. */
  close(): void {
    close(this.client);
    this.requests.close();
  }
}

function close(client: RawClient): void {
  client.close();
  client._re.disconnect();
}

/** Before each request kurento-client waits for its connection, by a promise onto which it copies all of itself. Where it has one, this will do. */
function waitLightly(client: RawClient): void {
  const wait = client.then.bind(client);
  client.then = (onConnected, onFailed) => (client._re.connected ? onConnected() : wait(onConnected, onFailed));
}

/** What becomes of a session's socket. */
export interface KurentoEvents {
  /** The socket is lost; kurento-client tries again by itself. */
  onLost(): void;
  /** The socket is back: with the same objects, or not. */
  onBack(isSameSession: boolean): void;
}

/** Connects and waits for the first answer. @throws when the server does not answer within `timeoutMs`, or `signal` says to give up. */
export function connectKurento(url: string, timeoutMs: number, events: KurentoEvents, signal?: AbortSignal): Promise<KurentoSession> {
  return new Promise((resolve, reject) => {
    const client = kurento(
      url,
      { strict: false, failAfter: 0, request_timeout: Math.min(10_000, timeoutMs * 5), duplicates_timeout: 1 },
      () => undefined,
    );
    // What was on its way when the session was closed is written after the end, which nobody else listens for: it would end the process.
    client._re.on("connection", (stream: EventEmitter) => stream.on("error", () => undefined));
    waitLightly(client);
    let reason = "no answer";
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    };
    const fail = (error: Error) => {
      settle();
      close(client);
      reject(error);
    };
    const giveUp = () => fail(new Error("given up"));
    signal?.addEventListener("abort", giveUp);
    client._re.on("error", (error: Error) => (reason = error.message));
    const timer = setTimeout(() => fail(new Error(`No answer from the media server at ${url} (${reason})`)), timeoutMs);
    client.getMediaobjectById(managerId, (error, manager) => {
      if (error) return fail(error);
      settle();
      client._re.on("disconnect", events.onLost);
      client.on("reconnected", events.onBack);
      resolve(new KurentoSession(client, manager as RawObject));
    });
  });
}

/** Objects go by their ids, a candidate with the name of its type, as kurento-client's own class has it (its complex types, `toJSON`). */
function asSent(value: unknown): unknown {
  if (value instanceof Remote) return value.id;
  const isCandidate = typeof value === "object" && value !== null && "candidate" in value;
  return isCandidate ? { ...value, __module__: "kurento", __type__: "IceCandidate" } : value;
}
