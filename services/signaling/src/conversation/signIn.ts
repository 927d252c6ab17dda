import type { User } from "../messages";
import { Refusal } from "../refusal";
import type { Sessions } from "../session";

/** What signing in needs of the rest of the server, and tells it. */
export interface SignInParts {
  readonly sessions: Sessions;
  /** Says whether this person may have one more WebSocket; call the result when it is closed. */
  readonly admit: (userId: string) => (() => void) | null;
  /** Parse no longer knows the session. */
  readonly onOver: (refusal: Refusal) => void;
  /** The session was looked at again, by an answer that may be as old as the cache keeps it; the roles may be others than before. */
  readonly onChecked: (user: User) => void;
  /** Between two looks at the session. */
  readonly recheckMs: number;
}

/** Who is at the other end of one WebSocket: found out once, then looked at again and again. */
export class SignIn {
  user: User | null = null;
  private isAsking = false;
  private isOver = false;
  private leave: (() => void) | null = null;
  private recheck: NodeJS.Timeout | undefined;

  constructor(private readonly parts: SignInParts) {}

  /** Whose session this is; null when the WebSocket was closed meanwhile. @throws {Refusal} */
  async begin(token: string | undefined): Promise<User | null> {
    if (this.user || this.isAsking) throw new Refusal("conflict", "This connection is signed in already. Open another one");
    if (token === undefined) throw new Refusal("unauthenticated", "Sign in first");
    this.isAsking = true;
    try {
      const user = await this.parts.sessions.userOf(token);
      if (this.isOver) return null;
      this.leave = this.parts.admit(user.id);
      if (!this.leave) throw new Refusal("tooMany", "Too many connections of one person. Close other windows");
      this.recheck = setInterval(() => void this.checkAgain(token), this.parts.recheckMs).unref();
      return (this.user = user);
    } finally {
      this.isAsking = false;
    }
  }

  end(): void {
    this.isOver = true;
    clearInterval(this.recheck);
    this.leave?.();
    this.leave = null;
  }

  /** A session that Parse no longer knows is over; while Parse is away, what runs goes on. */
  private async checkAgain(token: string): Promise<void> {
    let user: User;
    try {
      user = await this.parts.sessions.userOf(token);
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthenticated" && !this.isOver) this.parts.onOver(error);
      return;
    }
    if (this.isOver) return;
    this.user = user;
    this.parts.onChecked(user);
  }
}
