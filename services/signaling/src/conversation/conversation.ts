// Longer than usual: one WebSocket from its first message to its last; what it holds and may do stands in files beside.
import type { Config } from "../config";
import { reasonOf, type Log } from "../log";
import { Publishing, type PublishingParts } from "../media/publishing";
import { Viewing } from "../media/viewing";
import { closeCode, type ClientMessage, type ServerMessage, type User } from "../messages";
import type { Metrics } from "../metrics";
import { Refusal } from "../refusal";
import type { StreamRegistry } from "../streams";
import { tokenBucket } from "../tokenBucket";
import { turnCredentials } from "../turnCredentials";
import { parseMessage } from "./frame";
import { HeldConnections } from "./heldConnections";
import { demand, publishPermission, viewPermission } from "./permissions";
import { SignIn, type SignInParts } from "./signIn";
import type { InTurn } from "./turns";
import { Watching } from "./watching";

/** What a conversation needs of the rest of the server. */
export interface ConversationParts extends Omit<SignInParts, "onOver" | "onChecked"> {
  readonly config: Pick<Config, "turn" | "maxBitrateBps">;
  readonly turnSecret: string;
  readonly streams: StreamRegistry;
  readonly publishing: PublishingParts;
  readonly metrics: Metrics;
  /** Negotiates with a media server when the person's turn comes. */
  readonly inTurn: InTurn;
  readonly log: Log;
}

/** The client at the other end. */
export interface Peer {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
}

type Request<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** A wall that opens 32 tiles sends some 400 candidates at once. */
const messageBurst = 1000;
const messagesPerSecond = 100;

/** Refusals after which there is nothing more to say on this WebSocket, at any time or while signing in. */
const closing = { unauthenticated: closeCode.unauthenticated, badMessage: closeCode.badMessage, tooMany: closeCode.tooMany } as const;

/** One WebSocket's conversation: authentication first, then requests. It owns what it published and views, and gives it back at the end. */
export class Conversation {
  private isOver = false;
  private readonly signIn: SignIn;
  private readonly connections: HeldConnections;
  private readonly watching: Watching;
  private readonly bucket = tokenBucket(messageBurst, messagesPerSecond);

  constructor(
    private readonly parts: ConversationParts,
    private readonly peer: Peer,
    private readonly cookieToken: string | undefined,
  ) {
    this.signIn = new SignIn({
      ...parts,
      onOver: ({ message }) => this.hangUp("unauthenticated", message),
      onChecked: (user) => {
        this.connections.endForbidden(user);
        this.watching.endForbidden(user);
      },
    });
    this.connections = new HeldConnections(
      parts.metrics.joins,
      (work) => parts.inTurn(this.signIn.user!.id, work),
      (message) => this.send(message),
    );
    this.watching = new Watching(parts.streams, (message) => this.send(message));
  }

  get isSignedIn(): boolean {
    return this.signIn.user !== null;
  }

  /** Takes one frame. Never throws: a refusal is answered, a bug is logged and answered `internal`. */
  receive(text: string): void {
    if (this.isOver) return;
    this.parts.metrics.messages.inc();
    if (!this.bucket.take()) return this.hangUp("tooMany", "Too many messages. Slow down and connect again");
    const message = parseMessage(text);
    if (typeof message === "string") return this.hangUp("badMessage", message);
    try {
      // Most frames are candidates, and done at once.
      this.handle(message)?.catch((error: unknown) => this.refuse(message, error));
    } catch (error) {
      this.refuse(message, error);
    }
  }

  /** The socket is gone, or is to go: everything it held is given back. */
  async end(reason: string): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.watching.end();
    this.signIn.end();
    await this.connections.endAll(reason);
  }

  /** @returns when it is done, where that takes longer. @throws {Refusal} */
  private handle(message: ClientMessage): Promise<void> | void {
    if (message.type === "authenticate") return this.authenticate(message);
    const { user } = this.signIn;
    if (!user) return this.hangUp("unauthenticated", "Sign in first", idOf(message));
    switch (message.type) {
      case "publish":
        return this.publish(message, user);
      case "view":
        return this.view(message, user);
      case "candidate":
        return this.connections.addCandidate(message.connectionId, message.candidate);
      case "stop":
        return this.connections.stop(message);
      case "watch":
        return this.watching.start(message.id, user);
      case "refreshIceServers":
        return this.send({ type: "iceServers", id: message.id, ...this.iceServers(user) });
      case "ping":
        return this.send({ type: "pong", id: message.id });
    }
  }

  private refuse(message: ClientMessage, error: unknown): void {
    const id = idOf(message);
    if (error instanceof Refusal) return this.send({ type: "error", id, code: error.code, message: error.message });
    this.parts.log.error("A request failed", { request: message.type, reason: reasonOf(error), stack: (error as Error).stack });
    this.send({ type: "error", id, code: "internal", message: "Something went wrong on the server. Its log says what" });
  }

  private async authenticate({ id, token = this.cookieToken }: Request<"authenticate">): Promise<void> {
    try {
      const user = await this.signIn.begin(token);
      if (user) this.send({ type: "authenticated", id, user, ...this.iceServers(user) });
    } catch (error) {
      if (!(error instanceof Refusal) || !(error.code in closing)) throw error;
      this.hangUp(error.code as keyof typeof closing, error.message, id);
    }
  }

  private publish(request: Request<"publish">, user: User): Promise<void> {
    const { connectionId, title, isRecorded = true } = request;
    const permission = publishPermission(isRecorded);
    demand(permission, user);
    const events = this.connections.eventsOf(connectionId);
    const publishing = new Publishing(this.parts.publishing, { title, userId: user.id, isRecorded }, events);
    return this.connections.start("publish", request, publishing, publishing.id, permission);
  }

  private view(request: Request<"view">, user: User): Promise<void> {
    const { connectionId, streamId } = request;
    demand(viewPermission, user);
    const stream = this.parts.streams.get(streamId);
    if (!stream) throw new Refusal("notFound", "This stream is not live any more");
    const events = this.connections.eventsOf(connectionId);
    const viewing = new Viewing(this.parts.streams, stream, this.parts.config.maxBitrateBps, events);
    return this.connections.start("view", request, viewing, streamId, viewPermission);
  }

  private iceServers({ id }: User) {
    const { turn } = this.parts.config;
    return { iceServers: turnCredentials(turn, this.parts.turnSecret, id, Date.now()), iceTtlSeconds: turn.ttlSeconds };
  }

  private send(message: ServerMessage): void {
    if (!this.isOver) this.peer.send(message);
  }

  private hangUp(code: keyof typeof closing, message: string, id?: string): void {
    this.send({ type: "error", id, code, message });
    this.peer.close(closing[code], code);
    void this.end(message);
  }
}

function idOf(message: ClientMessage): string | undefined {
  return "id" in message ? message.id : undefined;
}
