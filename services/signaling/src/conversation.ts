// Longer than usual: one table of requests and what they share; the media work stands in media/.
import type { Config } from "./config";
import { reasonOf, type Log } from "./log";
import { Publishing, type PublishingParts } from "./media/publishing";
import { Viewing } from "./media/viewing";
import { clientMessageSchema, closeCode, type Candidate, type ClientMessage, type ServerMessage, type User } from "./messages";
import type { Metrics } from "./metrics";
import { Refusal } from "./refusal";
import { mayPublish, mayView, type Sessions } from "./session";
import type { StreamRegistry } from "./streams";
import { tokenBucket } from "./tokenBucket";
import { turnCredentials } from "./turnCredentials";

export interface ConversationParts {
  readonly config: Pick<Config, "turn" | "maxBitrateBps">;
  readonly turnSecret: string;
  readonly sessions: Sessions;
  readonly streams: StreamRegistry;
  readonly publishing: PublishingParts;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Says whether this person may have one more WebSocket; call the result when it is closed. */
  readonly admit: (userId: string) => (() => void) | null;
}

/** The client at the other end. */
export interface Peer {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
}

type Request<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;
interface SignedIn {
  readonly user: User;
  readonly token: string;
  readonly leave: () => void;
}

const mostConnections = { publish: 4, view: 64 } as const;
/** A wall that opens 32 tiles sends some 400 candidates at once. */
const messageBurst = 1000;
const messagesPerSecond = 100;
const recheckMs = 30_000;

/** One WebSocket's conversation: authentication first, then requests. It owns what it published and views, and gives it back at the end. */
export class Conversation {
  private signedIn: SignedIn | null = null;
  private isAuthenticating = false;
  private isOver = false;
  private stopWatching: (() => void) | null = null;
  private recheck: NodeJS.Timeout | undefined;
  private readonly connections = new Map<string, Publishing | Viewing>();
  private readonly bucket = tokenBucket(messageBurst, messagesPerSecond);

  constructor(
    private readonly parts: ConversationParts,
    private readonly peer: Peer,
    private readonly cookieToken: string | undefined,
  ) {}

  get isSignedIn(): boolean {
    return this.signedIn !== null;
  }

  /** Takes one frame. Never throws: a refusal is answered, a bug is logged and answered `internal`. */
  async receive(text: string): Promise<void> {
    if (this.isOver) return;
    this.parts.metrics.messages.inc();
    if (!this.bucket.take()) return this.hangUp("tooMany", "Too many messages. Slow down and connect again", closeCode.tooMany);
    const message = parseMessage(text);
    if (typeof message === "string") return this.hangUp("badMessage", message, closeCode.badMessage);
    const id = "id" in message ? message.id : undefined;
    try {
      await this.handle(message);
    } catch (error) {
      if (error instanceof Refusal) this.send({ type: "error", id, code: error.code, message: error.message });
      else {
        this.parts.log.error("A request failed", { request: message.type, reason: reasonOf(error), stack: (error as Error).stack });
        this.send({ type: "error", id, code: "internal", message: "Something went wrong on the server. Its log says what" });
      }
    }
  }

  /** The socket is gone, or is to go: everything it held is given back. */
  async end(reason: string): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.recheck);
    this.stopWatching?.();
    this.signedIn?.leave();
    const held = [...this.connections.values()];
    this.connections.clear();
    await Promise.all(held.map((connection) => connection.end(reason)));
  }

  private async handle(message: ClientMessage): Promise<void> {
    if (message.type === "authenticate") return this.authenticate(message);
    const { signedIn } = this;
    if (!signedIn)
      return this.hangUp("unauthenticated", "Sign in first", closeCode.unauthenticated, "id" in message ? message.id : undefined);
    switch (message.type) {
      case "publish":
        return this.publish(message, signedIn.user);
      case "view":
        return this.view(message, signedIn.user);
      case "candidate":
        return this.connections.get(message.connectionId)?.addCandidate(message.candidate);
      case "stop":
        return this.stop(message);
      case "watch":
        return this.watch(message, signedIn.user);
      case "refreshIceServers":
        return this.send({ type: "iceServers", id: message.id, ...this.iceServers(signedIn.user) });
      case "ping":
        return this.send({ type: "pong", id: message.id });
    }
  }

  private async authenticate({ id, token = this.cookieToken }: Request<"authenticate">): Promise<void> {
    if (this.signedIn || this.isAuthenticating) throw new Refusal("conflict", "This connection is signed in already. Open another one");
    if (token === undefined) return this.hangUp("unauthenticated", "Sign in first", closeCode.unauthenticated, id);
    this.isAuthenticating = true;
    try {
      const user = await this.parts.sessions.userOf(token);
      if (this.isOver) return;
      const leave = this.parts.admit(user.id);
      if (!leave) return this.hangUp("tooMany", "Too many connections of one person. Close other windows", closeCode.tooMany, id);
      this.signedIn = { user, token, leave };
      this.recheck = setInterval(() => void this.checkAgain(token), recheckMs).unref();
      this.send({ type: "authenticated", id, user, ...this.iceServers(user) });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "unauthenticated") throw error;
      this.hangUp(error.code, error.message, closeCode.unauthenticated, id);
    } finally {
      this.isAuthenticating = false;
    }
  }

  /** A session that Parse no longer knows ends the connection; while Parse is away, what runs goes on. */
  private async checkAgain(token: string): Promise<void> {
    try {
      const user = await this.parts.sessions.userOf(token);
      if (this.signedIn) this.signedIn = { ...this.signedIn, user };
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthenticated") this.hangUp(error.code, error.message, closeCode.unauthenticated);
    }
  }

  private async publish({ id, connectionId, title, offer, isRecorded = true }: Request<"publish">, user: User): Promise<void> {
    if (!mayPublish(user)) throw new Refusal("forbidden", `${user.name} may not publish: the role reporter is needed`);
    if (!isRecorded && !mayView(user))
      throw new Refusal("forbidden", `${user.name} may not publish unrecorded: the role operator is needed`);
    const publishing = new Publishing(this.parts.publishing, { title, userId: user.id, isRecorded }, this.eventsOf(connectionId));
    this.hold(connectionId, publishing, "publish");
    await this.answer(id, connectionId, publishing, publishing.id, offer, "publish");
  }

  private async view({ id, connectionId, streamId, offer }: Request<"view">, user: User): Promise<void> {
    if (!mayView(user)) throw new Refusal("forbidden", `${user.name} may not view streams: the role operator is needed`);
    const stream = this.parts.streams.get(streamId);
    if (!stream) throw new Refusal("notFound", "This stream is not live any more");
    const viewing = new Viewing(this.parts.streams, stream, this.parts.config.maxBitrateBps, this.eventsOf(connectionId));
    this.hold(connectionId, viewing, "view");
    await this.answer(id, connectionId, viewing, streamId, offer, "view");
  }

  private async answer(
    id: string,
    connectionId: string,
    connection: Publishing | Viewing,
    streamId: string,
    offer: string,
    kind: "publish" | "view",
  ): Promise<void> {
    const stopTimer = this.parts.metrics.joins.startTimer({ kind });
    try {
      const answer = await connection.start(offer);
      this.send({ type: "answer", id, connectionId, streamId, answer });
      connection.gather();
      stopTimer({ outcome: "answered" });
    } catch (error) {
      this.drop(connectionId, connection);
      stopTimer({ outcome: "refused" });
      throw error;
    }
  }

  private async stop({ id, connectionId }: Request<"stop">): Promise<void> {
    const connection = this.connections.get(connectionId);
    if (!connection) throw new Refusal("notFound", `There is no connection ${JSON.stringify(connectionId)} here`);
    this.connections.delete(connectionId);
    await connection.end("The publisher stopped");
    this.send({ type: "stopped", id, connectionId });
  }

  private watch({ id }: Request<"watch">, user: User): void {
    if (!mayView(user)) throw new Refusal("forbidden", `${user.name} may not list streams: the role operator is needed`);
    this.stopWatching ??= this.parts.streams.onChange((streams) => this.send({ type: "streams", streams }));
    this.send({ type: "streams", id, streams: this.parts.streams.views() });
  }

  private hold(connectionId: string, connection: Publishing | Viewing, kind: keyof typeof mostConnections): void {
    if (this.connections.has(connectionId)) throw new Refusal("conflict", `There is a connection ${JSON.stringify(connectionId)} already`);
    const kinds = { publish: Publishing, view: Viewing };
    const alike = [...this.connections.values()].filter((other) => other instanceof kinds[kind]).length;
    if (alike >= mostConnections[kind]) throw new Refusal("tooMany", `At most ${mostConnections[kind]} at a time; stop one first`);
    this.connections.set(connectionId, connection);
  }

  private drop(connectionId: string, connection: Publishing | Viewing): void {
    if (this.connections.get(connectionId) === connection) this.connections.delete(connectionId);
  }

  private eventsOf(connectionId: string) {
    return {
      onCandidate: (candidate: Candidate) => this.send({ type: "candidate", connectionId, candidate }),
      onEnded: (reason: string) => {
        this.connections.delete(connectionId);
        this.send({ type: "ended", connectionId, reason });
      },
    };
  }

  private iceServers({ id }: User) {
    const { turn } = this.parts.config;
    return { iceServers: turnCredentials(turn, this.parts.turnSecret, id, Date.now()), iceTtlSeconds: turn.ttlSeconds };
  }

  private send(message: ServerMessage): void {
    if (!this.isOver) this.peer.send(message);
  }

  private hangUp(code: "unauthenticated" | "badMessage" | "tooMany", message: string, close: number, id?: string): void {
    this.send({ type: "error", id, code, message });
    this.peer.close(close, code);
    void this.end(message);
  }
}

/** The message, or what is wrong with it. */
function parseMessage(text: string): ClientMessage | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "Expected one JSON object a frame";
  }
  const parsed = clientMessageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "message"}: ${message}`).join("; ");
}
