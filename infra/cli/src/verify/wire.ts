import https from "node:https";
import type net from "node:net";
import { serverMessageSchema, sessionCookie, type ClientMessage, type ErrorCode, type ServerMessage } from "@barecast/signaling/messages";
import { UserError } from "@barecast/site";
import { until } from "@barecast/waiting";
import WebSocket from "ws";

/** Where a site is reached from here: its name, the address that stands for it, and the authority that its certificate is checked with. */
export interface Endpoint {
  readonly domain: string;
  readonly address: string;
  readonly port: number;
  readonly ca: string;
}

/** The site's name means this address; nothing asks a resolver. */
const lookupOf = ({ address }: Endpoint): net.LookupFunction =>
  ((_name: string, options: { all?: boolean }, done: (error: Error | null, address: unknown, family?: number) => void) =>
    options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)) as net.LookupFunction;
const originOf = ({ domain, port }: Endpoint) => `https://${domain}${port === 443 ? "" : `:${port}`}`;

/** One HTTPS request with the site's own authority. */
export function request(
  endpoint: Endpoint,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown; timeoutMs?: number } = {},
) {
  return new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }>((resolve, reject) => {
    const { timeoutMs = 15_000 } = options;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const sent = https.request(
      {
        host: endpoint.domain,
        servername: endpoint.domain,
        port: endpoint.port,
        path,
        method,
        ca: endpoint.ca,
        lookup: lookupOf(endpoint),
        agent: false,
        timeout: timeoutMs,
        headers: {
          origin: originOf(endpoint),
          ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
          ...options.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Answers of a site that cannot tell yet: its edge has nobody behind it, or accounts cannot be checked at the moment. */
const isBusy = (status: number) => status >= 502 && status <= 504;

/**
 * Signs in as a person would; a site that is busy, or silent, is asked again.
 * @returns the session cookie
 * @throws UserError `verify.session` with the last answer, when it refuses or is busy for `withinMs`
 */
export async function signIn(
  endpoint: Endpoint,
  username: string,
  password: string,
  { withinMs = 60_000, signal }: { withinMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const wrong = (found: string) =>
    new UserError("verify.session", `POST ${originOf(endpoint)}/session: Expected 200 and a session cookie, found ${found}`, 5);
  let cookie: string | undefined;
  const ask = async () => {
    const answer = await request(endpoint, "POST", "/session", { body: { username, password } }).catch((error: Error) => error.message);
    if (typeof answer === "string") return answer;
    const { status, headers, text } = answer;
    cookie = [headers["set-cookie"] ?? []].flat().find((value) => value.startsWith(`${sessionCookie}=`));
    const found = status === 200 && cookie ? null : `${status} ${text.slice(0, 200)}`;
    if (found !== null && !isBusy(status)) throw wrong(found);
    return found;
  };
  await until(ask, { withinMs, everyMs: 500, fail: wrong, signal });
  return cookie!.split(";")[0]!;
}

/** The site ended a conversation, or answered with something else. */
const broken = (what: string) => new UserError("verify.wire", what, 5);

/** The signaling server said no. `reason`: its code, of the messages' schema. */
export class Refused extends UserError {
  constructor(
    readonly reason: ErrorCode,
    what: string,
  ) {
    super("verify.wire", what, 5);
  }
}

/** A conversation with the signaling server: requests by id, everything else to `onMessage`. */
export class Wire {
  #next = 0;
  readonly #waiting = new Map<string, { resolve: (message: ServerMessage) => void; reject: (error: Error) => void }>();
  /** Why nothing more is heard: the first reason. */
  #ended: Error | undefined;

  private constructor(
    private readonly socket: WebSocket,
    private readonly onMessage: (message: ServerMessage) => void,
  ) {
    socket.on("message", (data) => this.#hear(String(data)));
    socket.on("close", (code, reason) => this.#fail(broken(`The WebSocket was closed (${code} ${String(reason)})`)));
    socket.on("error", ({ message }) => this.#fail(broken(`The WebSocket failed: ${message}`)));
  }

  /** @throws UserError `verify.wire` when it is refused */
  static open(endpoint: Endpoint, cookie: string, onMessage: (message: ServerMessage) => void): Promise<Wire> {
    const address = `wss://${endpoint.domain}:${endpoint.port}/ws`;
    const socket = new WebSocket(address, {
      ca: endpoint.ca,
      lookup: lookupOf(endpoint),
      origin: originOf(endpoint),
      headers: { cookie },
      handshakeTimeout: 15_000,
    });
    return new Promise((resolve, reject) => {
      const refused = ({ message }: Error) => reject(broken(`${address}: Expected a WebSocket, found ${message}`));
      socket.once("error", refused);
      socket.once("open", () => {
        socket.off("error", refused);
        resolve(new Wire(socket, onMessage));
      });
    });
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /**
   * Sends a request and waits for the answer with its id.
   * @throws Refused with the server's words; UserError `verify.wire` when it answers with something else, and when the wire ends or has ended
   */
  ask<T extends ServerMessage["type"]>(
    message: Record<string, unknown> & { type: ClientMessage["type"] },
    answer: T,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    const id = String((this.#next += 1));
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (found) =>
          found.type === answer
            ? resolve(found as Extract<ServerMessage, { type: T }>)
            : reject(
                found.type === "error"
                  ? new Refused(found.code, `${message.type}: ${found.message} (${found.code})`)
                  : broken(`${message.type}: Expected ${answer}, found ${found.type}`),
              ),
        reject,
      });
      this.send({ ...message, id } as unknown as ClientMessage);
    });
  }

  close(): void {
    this.socket.close(1000);
  }

  #hear(text: string): void {
    let message: ServerMessage;
    try {
      message = serverMessageSchema.parse(JSON.parse(text));
    } catch {
      this.#fail(
        broken(
          `${this.socket.url}: Expected a message that this version knows, found ${text.slice(0, 200)}. Run up: then both are of one version`,
        ),
      );
      return this.close();
    }
    this.#take(message);
  }

  #take(message: ServerMessage): void {
    const waiting = "id" in message && message.id !== undefined ? this.#waiting.get(message.id) : undefined;
    if (!waiting) return this.onMessage(message);
    this.#waiting.delete((message as { id: string }).id);
    waiting.resolve(message);
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
