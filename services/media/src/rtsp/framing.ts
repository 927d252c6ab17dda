/** One RTSP request (RFC 2326) or one interleaved frame (RFC 2326, 10.12). */
export type RtspMessage =
  | { type: "request"; method: string; url: string; headers: Map<string, string>; body: string }
  | { type: "frame"; channel: number; data: Buffer };

const DOLLAR = 0x24;
/** Nobody but our own ffmpeg speaks here; more than this is a bug. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Cuts a TCP stream into messages. Frames share memory with the chunks they came in. */
export class RtspFraming {
  private rest: Buffer = Buffer.alloc(0);

  /** @throws when the stream is no RTSP. */
  push(chunk: Buffer): RtspMessage[] {
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const messages: RtspMessage[] = [];
    for (let message = this.next(); message; message = this.next()) messages.push(message);
    return messages;
  }

  private next(): RtspMessage | undefined {
    const { rest } = this;
    if (rest.length < 4) return undefined;
    return rest[0] === DOLLAR ? this.nextFrame(rest) : this.nextRequest(rest);
  }

  private nextFrame(rest: Buffer): RtspMessage | undefined {
    const end = 4 + rest.readUInt16BE(2);
    if (rest.length < end) return undefined;
    this.rest = rest.subarray(end);
    return { type: "frame", channel: rest[1]!, data: rest.subarray(4, end) };
  }

  private nextRequest(rest: Buffer): RtspMessage | undefined {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      if (rest.length > MAX_HEAD_BYTES) throw new Error("RTSP: no end of header");
      return undefined;
    }
    const [start = "", ...lines] = rest.subarray(0, headEnd).toString("latin1").split("\r\n");
    const headers = new Map(lines.map(toHeader));
    const bodyEnd = headEnd + 4 + Number(headers.get("content-length") ?? 0);
    if (rest.length < bodyEnd) return undefined;
    const body = rest.subarray(headEnd + 4, bodyEnd).toString("utf8");
    this.rest = rest.subarray(bodyEnd);
    const [method = "", url = ""] = start.split(" ");
    return { type: "request", method, url, headers, body };
  }
}

function toHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** An interleaved frame around `data`. */
export function frame(channel: number, data: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(4 + data.length);
  framed[0] = DOLLAR;
  framed[1] = channel;
  framed.writeUInt16BE(data.length, 2);
  data.copy(framed, 4);
  return framed;
}
