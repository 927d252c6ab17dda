import type { NextFunction, Request, Response } from "express";
import { applicationId, type ParseConfig } from "./config";

/** HttpOnly cookie with the Parse session token: `sessionCookie` of the signaling messages. */
export const sessionCookie = "barecast_session";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface EdgeRequest {
  readonly method: string;
  /** Path below the mount path. */
  readonly path: string;
  readonly headers: Headers;
}

/** What becomes of a request before Parse sees it: refused, or passed on with headers set and removed. */
export type EdgeDecision =
  { readonly refuse: string } | { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] };

const keyHeaders = ["x-parse-master-key", "x-parse-maintenance-key"];

/**
 * The rules for requests, of which those with an `X-Forwarded-*` or `Forwarded` header came through the edge:
 * - From outside no master or maintenance key counts, wherever it stands. Parse also takes one from HTTP Basic, and from the JSON body when
 *   the application id is not a header; so outside, Basic is removed and that header is required.
 * - The session cookie stands in for `X-Parse-Session-Token`, only in requests that a page of this site makes: the application id is a header,
 *   which no foreign form can set, and Origin and Sec-Fetch-Site, where a browser sends them, say the same.
 */
export function decide(request: EdgeRequest, origins: readonly string[]): EdgeDecision {
  const { method, path, headers } = request;
  const isForwarded = Object.keys(headers).some((name) => name.startsWith("x-forwarded-") || name === "forwarded");
  const hasApplicationId = headers["x-parse-application-id"] === applicationId;
  if (isForwarded) {
    const key = keyHeaders.find((name) => headers[name] !== undefined);
    if (key) return { refuse: `${key}: Not accepted from outside the site. Use a session, or the dashboard` };
    if (!hasApplicationId && method !== "OPTIONS" && path !== "/health") {
      return { refuse: `X-Parse-Application-Id: Expected the header with the value "${applicationId}"` };
    }
  }
  const remove = isForwarded && headers["authorization"] !== undefined ? ["authorization"] : [];
  const token = cookieValue(headers["cookie"], sessionCookie);
  if (token === undefined || !hasApplicationId || headers["x-parse-session-token"] !== undefined) return { set: {}, remove };
  const foreign = foreignSource(headers, origins);
  if (foreign) return { refuse: `${foreign}. The session cookie counts only for this site's own pages` };
  return { set: { "x-parse-session-token": token }, remove };
}

function foreignSource(headers: Headers, origins: readonly string[]): string | undefined {
  const origin = headers["origin"];
  if (origin !== undefined && !origins.includes(String(origin)))
    return `Origin: Expected one of ${origins.join(", ")}, found "${String(origin)}"`;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return `Sec-Fetch-Site: Expected "same-origin", found "${String(site)}"`;
  return undefined;
}

/** The value of one cookie (RFC 6265, 5.4), percent-decoded; undefined when it is absent, empty, damaged, or there twice. */
function cookieValue(header: Headers[string], name: string): string | undefined {
  const values = String(header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, "$1"));
  if (values.length !== 1 || values[0] === "") return undefined;
  try {
    return decodeURIComponent(values[0] as string);
  } catch {
    return undefined;
  }
}

/** Express middleware that acts on {@link decide}; mount it at Parse's mount path, before Parse. */
export function edge(config: Pick<ParseConfig, "origins">) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const decision = decide({ method: request.method, path: request.path, headers: request.headers }, config.origins);
    if ("refuse" in decision) {
      response.status(403).json({ code: 119, error: decision.refuse });
      return;
    }
    for (const name of decision.remove) delete request.headers[name];
    Object.assign(request.headers, decision.set);
    next();
  };
}
