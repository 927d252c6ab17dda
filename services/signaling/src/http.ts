import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from "express";
import { trustOf } from "./clientAddress";
import type { Config } from "./config";
import { sessionCookieHeader, sessionTokenOf } from "./cookie";
import { reasonOf, type Log } from "./log";
import type { ErrorCode } from "./messages";
import { sessionRequestSchema } from "./messages";
import type { Metrics } from "./metrics";
import { isAllowedOrigin, originRefusal } from "./origin";
import { Refusal } from "./refusal";
import { mayView, type Sessions } from "./session";
import { tokenBucket } from "./tokenBucket";

/** What the HTTP side needs of the rest of the server. */
export interface HttpParts {
  readonly config: Pick<Config, "origins" | "trustedProxies">;
  readonly sessions: Sessions;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly health: () => Health;
}

/** What `/health` answers. */
export interface Health {
  /** `draining`: no new clients, please. */
  readonly status: "ok" | "draining";
  readonly media: Readonly<Record<string, "up" | "down">>;
  readonly parse: "up" | "down";
  /** `off`: not configured or not reachable; this replica works on its own memory. */
  readonly redis: "up" | "off";
}

const statuses: Partial<Record<ErrorCode, number>> = {
  badMessage: 400,
  unauthenticated: 401,
  forbidden: 403,
  tooMany: 429,
  accountsUnavailable: 503,
};
/** Sign-ins from one address: 20 at once, then one a second. */
const signInBurst = 20;
const addressesKept = 10_000;

/** What stands beside the WebSocket; see messages.ts. */
export function createHttp(parts: HttpParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", trustOf(parts.config.trustedProxies));
  const onlyOwnPages = ownPagesOnly(parts.config.origins);
  app.post("/session", onlyOwnPages, signInLimit(), express.json({ limit: "4kb" }), signIn(parts));
  app.get("/session", currentUser(parts));
  app.delete("/session", onlyOwnPages, signOut(parts));
  app.get("/auth/operator", forwardAuth(parts));
  app.get("/health", (_request, response) => {
    const health = parts.health();
    response.status(health.status === "ok" ? 200 : 503).json(health);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics());
  });
  app.use((_request, response) => refuse(response, 404, "notFound", "There is nothing at this address"));
  app.use(onError(parts.log));
  return app;
}

function ownPagesOnly(origins: readonly string[]): RequestHandler {
  return ({ headers: { origin } }, response, next) =>
    isAllowedOrigin(origin, origins) ? next() : refuse(response, 403, "forbidden", originRefusal(origin, origins));
}

function signInLimit(): RequestHandler {
  const buckets = new Map<string, ReturnType<typeof tokenBucket>>();
  return ({ ip = "" }, response, next) => {
    if (buckets.size > addressesKept) buckets.clear();
    const bucket = buckets.get(ip) ?? tokenBucket(signInBurst, 1);
    buckets.set(ip, bucket);
    if (bucket.take()) next();
    else refuse(response, 429, "tooMany", "Too many sign-ins from this address. Wait a moment");
  };
}

function signIn({ sessions }: HttpParts): RequestHandler {
  return async (request, response) => {
    const body = sessionRequestSchema.safeParse(request.body);
    if (!body.success) return refuse(response, 400, "badMessage", "Expected a user name and a password");
    const { user, token } = await sessions.signIn(body.data.username, body.data.password, request.ip);
    response.set("Set-Cookie", sessionCookieHeader(token)).set("Cache-Control", "no-store").json({ user });
  };
}

function currentUser({ sessions }: HttpParts): RequestHandler {
  return async (request, response) => {
    const user = await sessions.userOf(tokenOf(request.headers.cookie));
    response.set("Cache-Control", "no-store").json({ user });
  };
}

function signOut({ sessions }: HttpParts): RequestHandler {
  return async (request, response) => {
    const token = sessionTokenOf(request.headers.cookie);
    response.set("Set-Cookie", sessionCookieHeader(null));
    if (token !== undefined) await sessions.signOut(token);
    response.status(204).end();
  };
}

function forwardAuth({ sessions }: HttpParts): RequestHandler {
  return async (request, response) => {
    const user = await sessions.userOf(tokenOf(request.headers.cookie));
    if (!mayView(user)) return refuse(response, 403, "forbidden", `${user.name} may not see recordings: the role operator is needed`);
    response.status(204).end();
  };
}

function tokenOf(cookie: string | undefined): string {
  const token = sessionTokenOf(cookie);
  if (token === undefined) throw new Refusal("unauthenticated", "Sign in first");
  return token;
}

function onError(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof Refusal) return refuse(response, statuses[error.code] ?? 500, error.code, error.message);
    const status = Number((error as { status?: number }).status ?? 500);
    if (status < 500) return refuse(response, status, "badMessage", "Expected a JSON body");
    log.error("A request failed", { request: `${request.method} ${request.path}`, reason: reasonOf(error), stack: (error as Error).stack });
    refuse(response, 500, "internal", "Something went wrong on the server. Its log says what");
  };
}

function refuse(response: Response, status: number, code: ErrorCode, message: string): void {
  response.status(status).json({ code, message });
}
