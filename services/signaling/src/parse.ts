import { setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";
import type { Config } from "./config";

/** Parse does not answer, or answers with a fault of its own. */
export class ParseUnavailable extends Error {}
/** Parse refused: `code` is its own error code (https://docs.parseplatform.com/rest/guide/#error-codes), `status` HTTP's. */
export class ParseRefused extends Error {
  constructor(
    message: string,
    readonly code: number,
    readonly status: number,
  ) {
    super(message);
  }
}

/** One request to Parse's REST interface. */
export interface ParseRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the API's address, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly sessionToken?: string;
  readonly asMaster?: boolean;
  /** Address of the client for whom this is asked: Parse counts sign-ins by it. */
  readonly clientAddress?: string;
}

/** Parse's REST interface: one request, its JSON answer. @throws {ParseUnavailable | ParseRefused} */
export type ParseCall = (request: ParseRequest) => Promise<Record<string, unknown>>;

// A busy host may take longer than Node's quarter of a second to accept, and after the last address none is tried again.
setDefaultAutoSelectFamilyAttemptTimeout(1000);

/** Parse at this address; `timeoutMs` is for one answer, and a request is not repeated. The returned call throws as `ParseCall` says. */
export function parseClient({ url, applicationId }: Config["parse"], masterKey: string, timeoutMs = 10_000): ParseCall {
  return async ({ method, path, body, sessionToken, asMaster, clientAddress }) => {
    const headers: Record<string, string> = { "X-Parse-Application-Id": applicationId, "X-Parse-Revocable-Session": "1" };
    // Parse runs on several hosts: a kept connection to one that is lost would be silent, a new one is tried at the next address.
    headers["Connection"] = "close";
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (sessionToken !== undefined) headers["X-Parse-Session-Token"] = sessionToken;
    if (asMaster) headers["X-Parse-Master-Key"] = masterKey;
    if (clientAddress !== undefined) headers["X-Forwarded-For"] = clientAddress;
    const target = `${url.replace(/\/$/, "")}${path}`;
    let response: Response;
    let json: Record<string, unknown>;
    try {
      response = await fetch(target, { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs) });
      json = (await response.json()) as Record<string, unknown>;
    } catch (error) {
      throw new ParseUnavailable(`No answer from ${target.split("?")[0]}: ${describe(error)}`);
    }
    if (response.ok) return json;
    if (response.status >= 500) throw new ParseUnavailable(`${target.split("?")[0]} answered ${response.status}`);
    throw new ParseRefused(String(json["error"] ?? response.statusText), Number(json["code"] ?? 0), response.status);
  };
}

/** A date as Parse's REST interface has it. */
export interface ParseDate {
  readonly __type: "Date";
  readonly iso: string;
}
/** The same moment as Parse stores it. */
export const parseDate = (date: Date): ParseDate => ({ __type: "Date", iso: date.toISOString() });

/** Tries until it is done, refused, or `patienceMs` have passed. */
export async function persist<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let delayMs = 500; ; delayMs = Math.min(delayMs * 2, 15_000)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ParseRefused || Date.now() + delayMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    }
  }
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}
