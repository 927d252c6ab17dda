import { closeCode, serverMessageSchema, type ClientMessage, type ServerMessage, type User } from "@barecast/signaling/messages";
import { backoffMs } from "./backoff";
import { IceServers } from "./iceServers";
import { State, type Observable } from "./observable";
import { Problem } from "./problem";
import { offline, Requests, type Request, type WithoutId } from "./requests";

export type ConnectionState =
  | { readonly status: "connecting"; readonly error?: string }
  | { readonly status: "open"; readonly user: User }
  /** Over for good: the session is not valid, or `close` was called. */
  | { readonly status: "closed"; readonly error?: string };

/** What the server says of one WebRTC connection. */
export type PeerMessage = Extract<ServerMessage, { type: "candidate" | "ended" }>;

export interface ConnectionOptions {
  /** wss://…/ws */
  readonly url: string;
  /** A session token, where there is no cookie. */
  readonly token?: string;
  readonly WebSocket?: typeof WebSocket;
  readonly firstRetryMs?: number;
  readonly lastRetryMs?: number;
  readonly requestTimeoutMs?: number;
}

/** A network that went away says nothing: the server is asked for a sign of life this often, and must give it this fast. */
const beatMs = 10_000;
const beatTimeoutMs = 5000;
/** A server that accepts and says nothing may keep a browser waiting for four minutes (Chromium). */
const openTimeoutMs = 10_000;

/**
 * The one WebSocket to the signaling server: signs in, answers requests by id, comes back by itself (at once after a restart of the
 * server, else with backoff) and keeps TURN credentials fresh.
 */
export class Connection {
  private readonly current = new State<ConnectionState>({ status: "connecting" });
  readonly state: Observable<ConnectionState> = this.current;
  private socket: WebSocket | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private readonly ice = new IceServers(() => this.request({ type: "refreshIceServers" }, "iceServers"));
  private readonly requests = new Requests();
  private readonly peers = new Map<string, (message: PeerMessage) => void>();
  private readonly listeners = new Set<(message: ServerMessage) => void>();

  constructor(private readonly options: ConnectionOptions) {
    this.open();
  }

  /** STUN and TURN servers with credentials that hold now. */
  get iceServers(): RTCIceServer[] {
    return this.ice.current;
  }

  /** Sends and waits for the answer. @throws {Problem} when it is refused or the connection is lost. */
  async request<T extends ServerMessage["type"]>(message: WithoutId<Request>, answer: T): Promise<Extract<ServerMessage, { type: T }>> {
    if (this.current.getSnapshot().status !== "open") throw offline();
    const received = await this.ask(message);
    if (received.type !== answer) throw new Problem("internal", `The server answered ${received.type} to ${message.type}`);
    return received as Extract<ServerMessage, { type: T }>;
  }

  /** Sends what has no answer. Lost while the connection is. */
  send(message: Extract<ClientMessage, { type: "candidate" }>): void {
    if (this.current.getSnapshot().status === "open") this.socket?.send(JSON.stringify(message));
  }

  /** Hears what the server says of one WebRTC connection; returns a function that stops it. */
  onPeer(connectionId: string, listener: (message: PeerMessage) => void): () => void {
    this.peers.set(connectionId, listener);
    return () => this.peers.delete(connectionId);
  }

  /** Hears answers and pushes in the order in which they come (but for what belongs to one WebRTC connection). */
  onMessage(listener: (message: ServerMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.end({ status: "closed" });
    this.socket?.close(1000);
  }

  private open(): void {
    const { url, WebSocket: Socket = WebSocket } = this.options;
    const socket = new Socket(url);
    this.socket = socket;
    this.patience = setTimeout(() => this.giveUp(socket, "The server does not answer. Trying again"), openTimeoutMs);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      clearTimeout(this.patience);
      void this.authenticate(socket);
    };
    socket.onmessage = ({ data }) => socket === this.socket && this.receive(String(data));
    socket.onclose = ({ code }) => this.lose(socket, code);
  }

  private async authenticate(socket: WebSocket): Promise<void> {
    try {
      const { token } = this.options;
      const answer = await this.ask({ type: "authenticate", ...(token === undefined ? {} : { token }) });
      if (answer.type !== "authenticated") throw new Problem("internal", `The server answered ${answer.type} to authenticate`);
      this.tries = 0;
      this.ice.take(answer);
      this.beat = setInterval(() => void this.checkAlive(), beatMs);
      this.current.set({ status: "open", user: answer.user });
    } catch (error) {
      const { code, message } = error instanceof Problem ? error : new Problem("internal", String(error));
      if (code === "unauthenticated") return this.end({ status: "closed", error: message });
      this.giveUp(socket, message);
    }
  }

  private ask(message: WithoutId<Request>, timeoutMs = this.options.requestTimeoutMs ?? 15_000): Promise<ServerMessage> {
    return this.requests.ask(message, timeoutMs, (text) => this.socket?.send(text));
  }

  private async checkAlive(): Promise<void> {
    const { socket } = this;
    try {
      await this.ask({ type: "ping" }, beatTimeoutMs);
    } catch {
      if (socket) this.giveUp(socket, offline().message);
    }
  }

  /** A socket over a dead network takes minutes to close: what it may still say is not heard. */
  private giveUp(socket: WebSocket, reason: string): void {
    this.lose(socket, 1006, reason);
    socket.close();
  }

  private receive(text: string): void {
    const message = serverMessageSchema.parse(JSON.parse(text));
    const wasAwaited = this.requests.take(message);
    if (message.type === "error" && wasAwaited) return;
    if (message.type === "error" && message.code === "unauthenticated") return this.end({ status: "closed", error: message.message });
    if (message.type === "candidate" || message.type === "ended") return this.peers.get(message.connectionId)?.(message);
    for (const listener of [...this.listeners]) listener(message);
  }

  private lose(socket: WebSocket, code: number, reason?: string): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.stopTimers();
    this.requests.lose();
    const state = this.current.getSnapshot();
    if (state.status === "closed") return;
    if (code === closeCode.unauthenticated)
      return this.end({ status: "closed", error: "The session is not valid any more. Sign in again" });
    const { firstRetryMs = 500, lastRetryMs = 10_000 } = this.options;
    const isRestart = code === 1012 && this.tries === 0;
    // Before it is told: who hears it may close the connection.
    this.retry = setTimeout(() => this.open(), isRestart ? 0 : backoffMs(this.tries, firstRetryMs, lastRetryMs));
    this.tries += 1;
    const before = state.status === "connecting" ? state.error : undefined;
    this.current.set({ status: "connecting", error: reason ?? before ?? offline().message });
  }

  private end(state: ConnectionState): void {
    this.stopTimers();
    if (this.current.getSnapshot().status !== "closed") this.current.set(state);
    this.requests.lose();
  }

  private stopTimers(): void {
    clearTimeout(this.retry);
    clearTimeout(this.patience);
    clearInterval(this.beat);
    this.ice.stop();
  }
}
