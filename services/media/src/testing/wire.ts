import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import WebSocket from "ws";
import { splitSdp } from "../webrtc/offer";

export type Message = Record<string, unknown>;
export interface Line {
  conn: number;
  dir: "client->server" | "server->client";
  msg: Message;
}

const FOLDER = path.join(__dirname, "../../../../tests/fixtures/kurento-wire");

/** One recorded conversation with a real server. */
export function recorded(name: string): Line[] {
  const lines = readFileSync(path.join(FOLDER, `${name}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Line).filter((line) => line.msg !== undefined);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
export const uuidsIn = (value: unknown): string[] => JSON.stringify(value).match(UUID) ?? [];

/** `text` with every recorded id replaced by ours. */
export const translate = <T>(value: T, ids: Map<string, string>): T =>
  JSON.parse(JSON.stringify(value).replace(UUID, (id) => ids.get(id) ?? id)) as T;

const CODECS = ["VP8", "H264", "OPUS", "PCMU", "PCMA"];

/** What two peers read out of a description: media, direction, formats with their feedback, roles. */
function sdpSummary(sdp: string): unknown {
  return splitSdp(sdp).sections.map(({ kind, lines }) => {
    const values = (name: string) => lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3));
    const formats = values("rtpmap").filter((text) => CODECS.includes(text.split(" ")[1]!.split("/")[0]!.toUpperCase()));
    const numbers = formats.map((text) => text.split(" ")[0]!);
    const isOurs = (text: string) => numbers.includes(text.split(" ")[0]!) && !/nack$|goog-remb/.test(text);
    return {
      kind,
      formats: formats.sort(),
      feedback: kind === "video" ? values("rtcp-fb").filter(isOurs).sort() : [],
      direction: lines.find((line) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line)),
      mid: values("mid"),
      setup: values("setup"),
      isMuxed: lines.includes("a=rtcp-mux"),
      hasSsrc: values("ssrc").length > 0,
    };
  });
}

const CANDIDATE = /^candidate:\S+ (\d) UDP \d+ \S+ \d+ typ host.*$/i;

/** The message with what differs from run to run replaced by its kind. */
export function normal(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => normal(entry));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name.replace(UUID, "<uuid>"), normal(entry, name)]));
  }
  if (key === "timestampMillis") return `<${typeof value}>`;
  if (typeof value !== "string") return value;
  if (value.startsWith("v=0")) return sdpSummary(value);
  if (CANDIDATE.test(value)) return value.replace(CANDIDATE, "<udp host candidate of component $1>");
  return value.replace(UUID, "<uuid>");
}

/** A client that speaks JSON-RPC by hand. */
export class RawClient {
  readonly events: Message[] = [];
  /** Ids of the answers, as they came. */
  readonly answered: unknown[] = [];
  private readonly answers = new Map<unknown, (answer: Message) => void>();

  private constructor(readonly ws: WebSocket) {
    ws.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Message;
      if (message["method"] === "onEvent") return void this.events.push(message);
      this.answered.push(message["id"]);
      this.answers.get(message["id"])?.(message);
    });
  }

  static async open(port: number): Promise<RawClient> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/kurento`);
    await once(ws, "open");
    return new RawClient(ws);
  }

  ask(request: Message): Promise<Message> {
    return this.askRaw(JSON.stringify(request), request["id"]);
  }

  askRaw(text: string, id: unknown): Promise<Message> {
    const answer = new Promise<Message>((resolve) => this.answers.set(id, resolve));
    this.ws.send(text);
    return answer;
  }

  close(): void {
    this.ws.terminate();
  }
}
