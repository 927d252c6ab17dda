import { userSchema, type User } from "@barecast/signaling/messages";
import { z } from "zod";
import { backoffMs } from "./backoff";
import { State, type Observable } from "./observable";
import { isPassing, Problem } from "./problem";

export type SessionState =
  | { readonly status: "unknown" | "signingIn" | "signedOut"; readonly error?: string }
  | { readonly status: "signedIn"; readonly user: User };

const answerSchema = z.object({ user: userSchema });
const refusalSchema = z.object({ code: z.string(), message: z.string() });

/** Who is signed in on this page. The token stays in an HttpOnly cookie: this code never sees it. */
export class Session {
  private readonly current = new State<SessionState>({ status: "unknown" });
  readonly state: Observable<SessionState> = this.current;

  /** `base` is the site's origin; empty on its own pages. */
  constructor(
    private readonly fetcher: typeof fetch = (...request) => fetch(...request),
    private readonly base = "",
  ) {}

  /** Finds out whether the cookie of an earlier visit still counts. While nobody answers it is unknown, and asked again. */
  async restore(): Promise<void> {
    for (let tries = 0; this.current.getSnapshot().status === "unknown"; tries++) {
      try {
        return this.current.set({ status: "signedIn", ...(await this.ask("GET")) });
      } catch (error) {
        if (!isPassing(error)) return this.current.set({ status: "signedOut" });
        this.current.set({ status: "unknown", error: (error as Problem).message });
        await new Promise((resolve) => setTimeout(resolve, backoffMs(tries, 500, 10_000)));
      }
    }
  }

  /** Signs in; a refusal stands in the state, in words. */
  async signIn(username: string, password: string): Promise<void> {
    this.current.set({ status: "signingIn" });
    try {
      this.current.set({ status: "signedIn", ...(await this.ask("POST", { username, password })) });
    } catch (error) {
      this.current.set({ status: "signedOut", error: (error as Error).message });
    }
  }

  /** Signs out, here at once. */
  async signOut(): Promise<void> {
    this.current.set({ status: "signedOut" });
    await this.fetcher(`${this.base}/session`, { method: "DELETE" }).catch(() => undefined);
  }

  /** The server no longer knows the session. */
  expire(reason: string): void {
    if (this.current.getSnapshot().status === "signedIn") this.current.set({ status: "signedOut", error: reason });
  }

  private async ask(method: "GET" | "POST", body?: object): Promise<{ user: User }> {
    const init = body ? { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {};
    let response: Response;
    try {
      response = await this.fetcher(`${this.base}/session`, { method, ...init });
    } catch {
      throw new Problem("offline", "The server cannot be reached. Check the network and try again");
    }
    const json: unknown = await response.json().catch(() => null);
    if (response.ok) return answerSchema.parse(json);
    const refusal = refusalSchema.safeParse(json);
    const code = response.status === 401 ? "unauthenticated" : "internal";
    throw new Problem(code, refusal.success ? refusal.data.message : `The server answered ${response.status}. Try again shortly`);
  }
}

/** Whether a person may watch; the server decides it again for each request. */
export const mayWatch = ({ roles }: User): boolean => roles.includes("operator") || roles.includes("admin");
/** Whether a person may publish; likewise. */
export const mayPublish = ({ roles }: User): boolean => roles.includes("reporter") || roles.includes("admin");
