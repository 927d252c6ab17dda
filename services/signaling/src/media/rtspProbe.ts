import { createHash } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** What a camera answers to someone who asks for its description. A media server says no more than "Invalid URI" of any fault. */
export type RtspAnswer = "describes" | "unauthorized" | "notFound" | "refuses" | "silent" | "basicOnly";

/** Of a camera, as the site file and its secret have them: not encoded. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Asks once, with credentials where the camera wants them (RFC 2326 DESCRIBE, RFC 7616 Digest or RFC 7617 Basic). Never throws.
 * Cameras have certificates of their own making, so with `rtsps` nobody knows who is at the other end: there the password goes out as a Digest
 * only, and a camera that asks for Basic alone is `basicOnly`. With `rtsp` Basic is answered: the operator chose plain text in the site file.
 * @param timeoutMs for all of it; then the answer is `silent`
 */
export async function probeRtsp(url: string, credentials: Credentials | null, timeoutMs: number): Promise<RtspAnswer> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "rtsps:";
  const where = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (isTls ? 322 : 554)) };
  const socket = isTls ? connectTls({ ...where, rejectUnauthorized: false }) : connectTcp(where);
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  try {
    const first = await describe(socket, url, 1, null);
    if (first.status !== 401 || !credentials) return meaningOf(first.status);
    const challenges = isTls ? first.challenges.filter((challenge) => !isBasic(challenge)) : first.challenges;
    const authorization = authorize(challenges, credentials, "DESCRIBE", url);
    if (authorization === null) return isTls && first.challenges.some(isBasic) ? "basicOnly" : "unauthorized";
    return meaningOf((await describe(socket, url, 2, authorization)).status);
  } catch {
    return "silent";
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function meaningOf(status: number): RtspAnswer {
  if (status === 200) return "describes";
  if (status === 401 || status === 403) return "unauthorized";
  return status === 404 ? "notFound" : "refuses";
}

/** The `Authorization` value for the strongest challenge that is understood (MD5 Digest before Basic), or `null`. */
export function authorize(challenges: readonly string[], { username, password }: Credentials, method: string, uri: string): string | null {
  const digest = challenges.find((challenge) => /^digest /i.test(challenge) && !/algorithm="?(?!md5\b)/i.test(challenge));
  if (digest) {
    const field = (name: string) => new RegExp(`\\b${name}="([^"]*)"`, "i").exec(digest)?.[1] ?? "";
    const [realm, nonce] = [field("realm"), field("nonce")];
    const hasQop = /\bauth\b/.test(field("qop"));
    const cnonce = md5(`${nonce}:${username}`).slice(0, 16);
    const [first, second] = [md5(`${username}:${realm}:${password}`), md5(`${method}:${uri}`)];
    const response = hasQop ? md5(`${first}:${nonce}:00000001:${cnonce}:auth:${second}`) : md5(`${first}:${nonce}:${second}`);
    const counted = hasQop ? `, qop=auth, nc=00000001, cnonce="${cnonce}"` : "";
    return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"${counted}`;
  }
  return challenges.some(isBasic) ? `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` : null;
}

function isBasic(challenge: string): boolean {
  return /^basic\b/i.test(challenge);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

interface Answered {
  readonly status: number;
  readonly challenges: readonly string[];
}

function describe(socket: Socket, url: string, sequence: number, authorization: string | null): Promise<Answered> {
  const lines = [`DESCRIBE ${url} RTSP/1.0`, `CSeq: ${sequence}`, "Accept: application/sdp", "User-Agent: barecast"];
  if (authorization) lines.push(`Authorization: ${authorization}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0 && text.length < 16_384) return;
      socket.off("data", onData);
      const [statusLine = "", ...headers] = text.slice(0, end).split("\r\n");
      const status = Number(/^RTSP\/\d\.\d (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN);
      if (end < 0 || Number.isNaN(status)) return reject(new Error("no RTSP"));
      const challenges = headers.flatMap((header) => /^www-authenticate:\s*(.*)$/i.exec(header)?.[1] ?? []);
      resolve({ status, challenges });
    };
    socket.on("data", onData);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
  });
}
