import type net from "node:net";
import WebSocket from "ws";
import type { SiteUnderTest } from "./site";

/** What somebody got from `/ws` who sent these frames: HTTP's refusal, or the answers and how the connection ended. */
export interface Met {
  readonly status?: number;
  readonly body?: unknown;
  readonly messages: readonly Record<string, unknown>[];
  readonly closed?: number;
}

/** Opens the site's WebSocket without a browser's restraints, sends frames, each after the answer to the one before, and waits for all answers (or the end). */
export function knock(
  site: SiteUnderTest,
  headers: { readonly origin?: string; readonly cookie?: string },
  frames: readonly object[],
): Promise<Met> {
  const { domain, ca } = site.about;
  const lookup = ((_name: string, options: { all?: boolean }, done: (error: null, address: unknown, family?: number) => void) =>
    options.all
      ? done(null, [{ address: site.up.machineAddress, family: 4 }])
      : done(null, site.up.machineAddress, 4)) as net.LookupFunction;
  const { origin, cookie } = headers;
  const socket = new WebSocket(`wss://${domain}/ws`, { ca, lookup, origin, headers: cookie ? { cookie } : {}, handshakeTimeout: 30_000 });
  const messages: Record<string, unknown>[] = [];
  const waiting = [...frames];
  const sendNext = () => socket.send(JSON.stringify(waiting.shift()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Expected ${frames.length} answers, found ${JSON.stringify(messages)}`)), 30_000);
    const end = (met: Partial<Met>) => {
      clearTimeout(timer);
      socket.terminate();
      resolve({ messages, ...met });
    };
    socket.on("error", reject);
    socket.on("open", sendNext);
    socket.on("close", (closed) => end({ closed }));
    socket.on("message", (data) => {
      messages.push(JSON.parse(String(data)) as Record<string, unknown>);
      if (waiting.length > 0) return sendNext();
      // Whoever isn't signed in is told so, and the connection is closed.
      if (messages.at(-1)?.["code"] !== "unauthenticated") end({});
    });
    socket.on("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (data) => (text += String(data)));
      response.on("end", () => end({ status: response.statusCode, body: JSON.parse(text) }));
    });
  });
}
