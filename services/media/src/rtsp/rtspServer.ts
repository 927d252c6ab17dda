import { randomUUID } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { frame, RtspFraming, type RtspMessage } from "./framing";

/** What happens at one address of the server. Each serves one connection. */
export interface RtspEndpoint {
  /** Answer to DESCRIBE: the client plays. */
  sdp?: string;
  /** The client plays from now on. */
  onPlay?: (connection: RtspConnection) => void;
  /** The client pushes this. */
  onAnnounce?: (sdp: string) => void;
  /** An interleaved frame of a pushing client. */
  onFrame?: (channel: number, data: Buffer) => void;
  onClose?: () => void;
}

export interface RtspConnection {
  /** Sends one RTP or RTCP packet. */
  send(channel: number, packet: Buffer): void;
  end(): void;
}

/**
 * The door between this process and its ffmpeg children: RTSP over TCP on loopback, at addresses nobody can guess.
 * TCP: nothing is lost, an end is an end, and no UDP port is taken.
 */
export class RtspServer {
  private readonly endpoints = new Map<string, RtspEndpoint>();
  private readonly sockets = new Set<Socket>();
  private server?: Promise<Server>;

  /** @returns the address for ffmpeg, and how to take it away. */
  async open(endpoint: RtspEndpoint): Promise<{ url: string; close: () => void }> {
    const server = await (this.server ??= this.listen().catch((error: Error) => {
      this.server = undefined;
      throw error;
    }));
    const path = randomUUID();
    this.endpoints.set(path, endpoint);
    const { port } = server.address() as AddressInfo;
    return { url: `rtsp://127.0.0.1:${port}/${path}`, close: () => void this.endpoints.delete(path) };
  }

  async close(): Promise<void> {
    const server = await this.server;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  private listen(): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => this.serve(socket));
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(server));
    });
  }

  private serve(socket: Socket): void {
    const framing = new RtspFraming();
    const client = new Client(socket, (path) => this.endpoints.get(path));
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      try {
        framing.push(chunk).forEach((message) => client.take(message));
      } catch {
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.sockets.delete(socket);
      client.closed();
    });
  }
}

type Request = Extract<RtspMessage, { type: "request" }>;

class Client implements RtspConnection {
  private endpoint?: RtspEndpoint;
  private channels = 0;

  constructor(
    private readonly socket: Socket,
    private readonly find: (path: string) => RtspEndpoint | undefined,
  ) {}

  take(message: RtspMessage): void {
    if (message.type === "frame") this.endpoint?.onFrame?.(message.channel, message.data);
    else this.answer(message);
  }

  send(channel: number, packet: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(frame(channel, packet));
  }

  end(): void {
    this.socket.end();
  }

  closed(): void {
    this.endpoint?.onClose?.();
  }

  private answer(request: Request): void {
    const path = request.url.replace(/^rtsp:\/\/[^/]+\//, "").split("/")[0] ?? "";
    this.endpoint ??= this.find(path);
    const { endpoint } = this;
    if (!endpoint) return this.reply(request, "404 Not Found");
    switch (request.method) {
      case "OPTIONS":
        return this.reply(request, "200 OK", { Public: "OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, TEARDOWN, GET_PARAMETER" });
      case "DESCRIBE":
        return this.reply(request, "200 OK", { "Content-Type": "application/sdp", "Content-Base": `${request.url}/` }, endpoint.sdp);
      case "ANNOUNCE":
        endpoint.onAnnounce?.(request.body);
        return this.reply(request, "200 OK");
      case "SETUP":
        return this.reply(request, "200 OK", { Transport: this.transport(request) });
      case "PLAY":
        this.reply(request, "200 OK");
        return endpoint.onPlay?.(this);
      case "TEARDOWN":
        this.reply(request, "200 OK");
        return this.end();
      default:
        return this.reply(request, "200 OK");
    }
  }

  /** ffmpeg names the channels; where it does not, they are counted. */
  private transport({ headers }: Request): string {
    const asked = /interleaved=(\d+-\d+)/.exec(headers.get("transport") ?? "")?.[1];
    const channels = asked ?? `${this.channels}-${this.channels + 1}`;
    this.channels += 2;
    return `RTP/AVP/TCP;unicast;interleaved=${channels}`;
  }

  private reply({ headers }: Request, status: string, fields: Record<string, string> = {}, body = ""): void {
    const all = {
      CSeq: headers.get("cseq") ?? "0",
      Session: "1;timeout=3600",
      ...fields,
      "Content-Length": String(Buffer.byteLength(body)),
    };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    this.socket.write(`RTSP/1.0 ${[status, ...head].join("\r\n")}\r\n\r\n${body}`);
  }
}
