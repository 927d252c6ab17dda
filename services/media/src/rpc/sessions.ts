import { randomUUID } from "node:crypto";

/** Time for which an answer is kept for a repeated request. */
export const ANSWER_KEPT_MS = 20_000;

/** The connection a session speaks through. */
export interface Connection {
  send(message: unknown): void;
}

interface Session {
  connection?: Connection;
  expiry?: NodeJS.Timeout;
  /** Answers by request id, oldest first. */
  answers: Map<string, { answer: Promise<unknown>; atMs: number }>;
}

/** Clients by session id: their connection, their recent answers, and the end of those that do not come back. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly timeoutMs: number,
    private readonly onExpired: (sessionId: string) => void,
  ) {}

  get ids(): string[] {
    return [...this.sessions.keys()];
  }

  has(id: string): boolean {
    return this.sessions.has(id);
  }

  /** The session speaks through this connection from now on; it is made when it is unknown or not given. */
  attach(id: string | undefined, connection: Connection): string {
    const sessionId = id ?? randomUUID();
    const session: Session = this.sessions.get(sessionId) ?? { answers: new Map() };
    clearTimeout(session.expiry);
    session.expiry = undefined;
    session.connection = connection;
    this.sessions.set(sessionId, session);
    return sessionId;
  }

  /** The connection is lost: its sessions have {@link timeoutMs} to come back. */
  detach(connection: Connection): void {
    for (const [id, session] of this.sessions) {
      if (session.connection !== connection) continue;
      session.connection = undefined;
      session.expiry = setTimeout(() => this.end(id), this.timeoutMs).unref();
    }
  }

  end(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    clearTimeout(session.expiry);
    this.sessions.delete(id);
    this.onExpired(id);
  }

  /** Sends to wherever the session is now; without a connection the message is lost, as with a real server. */
  send(id: string, message: unknown): void {
    this.sessions.get(id)?.connection?.send(message);
  }

  /** Runs a request once: the same id within the session gets the same answer, also after a reconnection. */
  once(id: string, requestId: unknown, run: () => Promise<unknown>): Promise<unknown> {
    const session = this.sessions.get(id);
    if (!session || requestId === null || requestId === undefined) return run();
    const key = JSON.stringify(requestId);
    const nowMs = Date.now();
    for (const [old, { atMs }] of session.answers) {
      if (nowMs - atMs <= ANSWER_KEPT_MS) break;
      session.answers.delete(old);
    }
    const known = session.answers.get(key);
    if (known) return known.answer;
    const answer = run();
    session.answers.set(key, { answer, atMs: nowMs });
    return answer;
  }

  close(): void {
    for (const session of this.sessions.values()) clearTimeout(session.expiry);
    this.sessions.clear();
  }
}
