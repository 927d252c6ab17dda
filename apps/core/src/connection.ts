// Longer than usual: one socket, its requests and its return are one state machine.
import {
  closeCode,
  serverMessageSchema,
  type ClientMessage,
  type IceServer,
  type ServerMessage,
  type User,
} from "@barecast/signaling/messages";
import { backoffMs } from "./backoff";
import { State, type Observable } from "./observable";
import { Problem } from "./problem";

export type ConnectionState =
  | { readonly status: "connecting"; readonly error?: string }
  | { readonly status: "open"; readonly user: User }
  /** Over for good: the session is not valid, or `close` was called. */
  | { readonly status: "closed"; readonly error?: string };

/** A message that is answered by its id. */
export type Request = Exclude<ClientMessage, { type: "candidate" }>;
type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
export type Answer = ServerMessage;
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

/**
 * The one WebSocket to the signaling server: signs in, answers requests by id, comes back by itself (at once after a restart of the
 * server, else with backoff) and keeps TURN credentials fresh.
 */
export class Connection {
  private readonly current = new State<ConnectionState>({ status: "connecting" });
  readonly state: Observable<ConnectionState> = this.current;
  private socket: WebSocket | null = null;
  private ids = 0;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private refresh: ReturnType<typeof setTimeout> | undefined;
  private currentIceServers: IceServer[] = [];
  private readonly waiting = new Map<string, { resolve(answer: Answer): void; reject(problem: Problem): void }>();
  private readonly peers = new Map<string, (message: PeerMessage) => void>();
  private readonly listeners = new Set<(message: ServerMessage) => void>();

  constructor(private readonly options: ConnectionOptions) {
    this.open();
  }

  /** STUN and TURN servers with credentials that hold now. */
  get iceServers(): RTCIceServer[] {
    return this.currentIceServers;
  }

  /** Sends and waits for the answer. @throws {Problem} when it is refused or the connection is lost. */
  request<T extends Answer["type"]>(message: WithoutId<Request>, answer: T): Promise<Extract<Answer, { type: T }>> {
    if (this.current.getSnapshot().status !== "open") return Promise.reject(offline());
    return this.ask(message).then((received) => {
      if (received.type !== answer) throw new Problem("internal", `The server answered ${received.type} to ${message.type}`);
      return received as Extract<Answer, { type: T }>;
    });
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
    socket.onopen = () => void this.authenticate();
    socket.onmessage = ({ data }) => this.receive(String(data));
    socket.onclose = ({ code }) => socket === this.socket && this.onClose(code);
  }

  private async authenticate(): Promise<void> {
    try {
      const { token } = this.options;
      const answer = await this.ask({ type: "authenticate", ...(token === undefined ? {} : { token }) });
      if (answer.type !== "authenticated") throw new Problem("internal", `The server answered ${answer.type} to authenticate`);
      this.tries = 0;
      this.takeIceServers(answer);
      this.current.set({ status: "open", user: answer.user });
    } catch (error) {
      const { code, message } = error instanceof Problem ? error : new Problem("internal", String(error));
      if (code === "unauthenticated") return this.end({ status: "closed", error: message });
      if (this.current.getSnapshot().status !== "closed") this.current.set({ status: "connecting", error: message });
      this.socket?.close();
    }
  }

  private ask(message: WithoutId<Request>): Promise<Answer> {
    const id = String(++this.ids);
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        this.waiting.delete(id);
      };
      const timer = setTimeout(() => {
        over();
        reject(new Problem("offline", "The server did not answer in time"));
      }, this.options.requestTimeoutMs ?? 15_000);
      this.waiting.set(id, {
        resolve: (answer) => (over(), resolve(answer)),
        reject: (problem) => (over(), reject(problem)),
      });
      this.socket?.send(JSON.stringify({ ...message, id }));
    });
  }

  private receive(text: string): void {
    const message = serverMessageSchema.parse(JSON.parse(text));
    const waiting = "id" in message && message.id !== undefined ? this.waiting.get(message.id) : undefined;
    if (message.type === "error") {
      const problem = new Problem(message.code, message.message);
      if (waiting) return waiting.reject(problem);
      if (message.code === "unauthenticated") return this.end({ status: "closed", error: message.message });
    }
    waiting?.resolve(message);
    if (message.type === "candidate" || message.type === "ended") return this.peers.get(message.connectionId)?.(message);
    for (const listener of [...this.listeners]) listener(message);
  }

  private onClose(code: number): void {
    clearTimeout(this.refresh);
    for (const { reject } of [...this.waiting.values()]) reject(offline());
    const state = this.current.getSnapshot();
    if (state.status === "closed") return;
    if (code === closeCode.unauthenticated)
      return this.end({ status: "closed", error: "The session is not valid any more. Sign in again" });
    const error = state.status === "connecting" && state.error ? state.error : "The connection to the server was lost. Trying again";
    this.current.set({ status: "connecting", error });
    const { firstRetryMs = 500, lastRetryMs = 10_000 } = this.options;
    const isRestart = code === 1012 && this.tries === 0;
    this.retry = setTimeout(() => this.open(), isRestart ? 0 : backoffMs(this.tries, firstRetryMs, lastRetryMs));
    this.tries += 1;
  }

  private end(state: ConnectionState): void {
    clearTimeout(this.retry);
    clearTimeout(this.refresh);
    if (this.current.getSnapshot().status !== "closed") this.current.set(state);
    for (const { reject } of [...this.waiting.values()]) reject(offline());
  }

  private takeIceServers({ iceServers, iceTtlSeconds }: { iceServers: IceServer[]; iceTtlSeconds: number }): void {
    this.currentIceServers = iceServers;
    clearTimeout(this.refresh);
    this.refresh = setTimeout(() => void this.refreshIceServers(), iceTtlSeconds * 750);
  }

  private async refreshIceServers(): Promise<void> {
    try {
      this.takeIceServers(await this.request({ type: "refreshIceServers" }, "iceServers"));
    } catch {
      // The next authentication brings new ones.
    }
  }
}

function offline(): Problem {
  return new Problem("offline", "The connection to the server was lost. Trying again");
}
