import { readFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "@barecast/e2e";

/** By turns they get what browsers send: the signaling server, one whose media server is a stand-in in its own process, and a plain echo. */
export const serverNames = ["signaling", "standIn", "echo"] as const;
export type ServerName = (typeof serverNames)[number];
export type LoadRequest = { readonly type: "send"; readonly to: ServerName; readonly joins: number };
export type LoadAnswer =
  | { readonly type: "joined" }
  /** Frames sent, all of them answered. */
  | { readonly type: "sent"; readonly frames: number };

export interface LoadOptions {
  readonly ports: Readonly<Record<ServerName, number>>;
  /** Sessions by user name: each opens the same number of WebSockets. */
  readonly viewers: readonly string[];
  readonly publisher: string;
  readonly socketsOfEach: number;
}

/** Names of those who join and leave. */
export const viewers: readonly string[] = Array.from({ length: 10 }, (_, index) => `viewer-${index}`);

/** Origin of the pages; the signaling server takes no other. */
export const origin = "https://bench.localhost";

/** The offer of a real Chromium, as it was recorded. */
export function recordedOffer(): string {
  const file = path.join(projectFolder, "tests/fixtures/kurento-wire/publish-view-record.jsonl");
  const offers = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map(
      (line) => (JSON.parse(line) as { msg?: { params?: { operationParams?: { offer?: string } } } }).msg?.params?.operationParams?.offer,
    );
  return offers.find((offer) => offer !== undefined)!;
}

const host = "candidate:1467250027 1 udp 2122260223 192.168.0.17 46154 typ host generation 0 ufrag EsAw network-id 1 network-cost 10";
const tcp =
  "candidate:574982203 1 tcp 1518280447 192.168.0.17 9 typ host tcptype active generation 0 ufrag EsAw network-id 1 network-cost 10";
const mapped =
  "candidate:1853887674 1 udp 1686052607 203.0.113.7 46154 typ srflx raddr 192.168.0.17 rport 46154 generation 0 ufrag EsAw network-id 1 network-cost 10";
const relayed = (foundation: string, port: number) =>
  `candidate:${foundation} 1 udp 41885439 198.51.100.2 ${port} typ relay raddr 203.0.113.7 rport 46154 generation 0 ufrag EsAw network-id 1 network-cost 10`;

/** What a browser with one network finds, with TURN by UDP and by TLS: five candidates and the end of them. */
const candidates = [host, tcp, mapped, relayed("3098175849", 41_200), relayed("750991856", 41_201)];

/** The frames of one viewer who joins a stream and leaves again: an offer, its candidates, the end of candidates, stop. */
export function framesOf(number: number, streamId: string, offer: string): readonly string[] {
  const connectionId = `c${number}`;
  const candidate = (text: string) => ({ candidate: text, sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "EsAw" });
  return [
    { type: "view", id: `v${number}`, connectionId, streamId, offer },
    ...candidates.map((text) => ({ type: "candidate", connectionId, candidate: candidate(text) })),
    { type: "candidate", connectionId, candidate: null },
    { type: "stop", id: `s${number}`, connectionId },
  ].map((message) => JSON.stringify(message));
}
