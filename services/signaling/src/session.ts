import { createHash } from "node:crypto";
import { roleSchema, type Role, type User } from "./messages";
import { ParseRefused, ParseUnavailable, type ParseCall } from "./parse";
import { Refusal } from "./refusal";

const invalidSession = 209;
const objectNotFound = 101;

/** Who is signed in, by session token. `signIn` and `signOut` throw {Refusal} unauthenticated, tooMany or accountsUnavailable. */
export interface Sessions {
  /** Whose session this is. An answer is at most `cacheMs` old. @throws {Refusal} unauthenticated or accountsUnavailable. */
  userOf(token: string): Promise<User>;
  signIn(username: string, password: string, clientAddress?: string): Promise<{ user: User; token: string }>;
  signOut(token: string): Promise<void>;
}

/** Sessions as Parse knows them: nothing is believed of a token but what Parse says. */
export function createSessions(parse: ParseCall, cacheMs = 30_000, now: () => number = Date.now): Sessions {
  const cache = new Map<string, { user: Promise<User>; until: number }>();
  const forget = (key: string) => cache.delete(key);

  const ask = async (token: string): Promise<User> => {
    const me = await parse({ method: "GET", path: "/users/me", sessionToken: token });
    return userFrom(me, await rolesOf(parse, String(me["objectId"])));
  };
  const keep = (key: string, user: Promise<User>) => {
    for (const [old, { until }] of cache) if (until <= now()) forget(old);
    cache.set(key, { user, until: now() + cacheMs });
    user.catch(() => forget(key));
    return user;
  };
  return {
    async userOf(token) {
      const key = digest(token);
      const known = cache.get(key);
      if (known && known.until > now()) return known.user;
      return keep(key, asRefusal(ask(token), "The session is not valid any more. Sign in again"));
    },
    async signIn(username, password, clientAddress) {
      const request = { method: "POST", path: "/login", body: { username, password }, clientAddress } as const;
      const me = await asRefusal(parse(request).catch(asPatience), "Wrong user name or password");
      const token = String(me["sessionToken"]);
      const user = asRefusal(
        rolesOf(parse, String(me["objectId"])).then((roles) => userFrom(me, roles)),
        "Wrong user name or password",
      );
      return { user: await keep(digest(token), user), token };
    },
    async signOut(token) {
      forget(digest(token));
      await parse({ method: "POST", path: "/logout", sessionToken: token, body: {} }).catch((error: unknown) => {
        if (error instanceof ParseRefused) return; // it was over already
        throw accountsUnavailable();
      });
    },
  };
}

async function rolesOf(parse: ParseCall, userId: string): Promise<Role[]> {
  const where = JSON.stringify({ users: { __type: "Pointer", className: "_User", objectId: userId } });
  const { results } = await parse({ method: "GET", path: `/roles?where=${encodeURIComponent(where)}&keys=name`, asMaster: true });
  const names = Array.isArray(results) ? results.map((role: { name?: unknown }) => role.name) : [];
  return roleSchema.options.filter((role) => names.includes(role));
}

function userFrom(me: Record<string, unknown>, roles: Role[]): User {
  return { id: String(me["objectId"]), name: String(me["name"] ?? me["username"]), roles };
}

async function asRefusal<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ParseUnavailable) throw accountsUnavailable();
    if (error instanceof ParseRefused && isSessionOver(error)) throw new Refusal("unauthenticated", message);
    throw error;
  }
}

/** Parse counts sign-ins by account and by address; of its refusals these two ask for patience. */
function asPatience(error: unknown): never {
  if (error instanceof ParseRefused && error.status === 429)
    throw new Refusal("tooMany", "Too many sign-ins from this address. Wait a minute");
  if (error instanceof ParseRefused && /^Your account is locked/.test(error.message))
    throw new Refusal("tooMany", "This account is locked after too many wrong passwords. Wait five minutes, then try again");
  throw error;
}

function isSessionOver({ code, status }: ParseRefused): boolean {
  return code === invalidSession || code === objectNotFound || status === 401 || status === 403 || status === 404;
}

function accountsUnavailable(): Refusal {
  return new Refusal("accountsUnavailable", "Accounts cannot be checked at the moment. Running streams go on; try again shortly");
}

/** Tokens are not kept: a memory dump of the cache gives none away. */
function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

/** Whether the person's roles allow to publish. */
export function mayPublish({ roles }: User): boolean {
  return roles.includes("reporter") || roles.includes("admin");
}

/** Whether the person's roles allow to view, to list streams and recordings, and to publish unrecorded. */
export function mayView({ roles }: User): boolean {
  return roles.includes("operator") || roles.includes("admin");
}
