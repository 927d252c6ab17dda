import type { RTCPeerConnection } from "werift";
import kurento from "kurento-client";

/** The parts of kurento-client that tests use; it has no types of its own. */
export interface Remote {
  id: string;
  on(event: string, listener: (data: Record<string, unknown>) => void): void;
  create(type: string, params?: Record<string, unknown>): Promise<Remote>;
  release(): Promise<void>;
  [operation: string]: unknown;
}
export type Call = (...args: unknown[]) => Promise<unknown>;
export type Client = Remote & { close(): void };

/** Calls an operation of a remote object. */
export const call = <T = unknown>(object: Remote, operation: string, ...args: unknown[]): Promise<T> =>
  (object[operation] as Call)(...args) as Promise<T>;

/** Events of these types from now on, by name, in the order in which they come. */
export function collect(object: Remote, ...types: string[]): string[] {
  const seen: string[] = [];
  for (const type of types) object.on(type, () => seen.push(type));
  return seen;
}

export function connect(port: number): Promise<Client> {
  return (kurento as unknown as (url: string, options: object) => Promise<Client>)(`ws://127.0.0.1:${port}/kurento`, {
    // Its timers outlive its connection, and with it the test.
    request_timeout: 5_000,
    response_timeout: 500,
    duplicates_timeout: 500,
  });
}

interface Candidate {
  candidate: string;
  sdpMid: string;
  sdpMLineIndex: number;
}

/** Takes candidates both ways as they are found. */
export function trickle(endpoint: Remote, pc: RTCPeerConnection): void {
  endpoint.on("IceCandidateFound", ({ candidate }) => {
    const { candidate: text, sdpMid, sdpMLineIndex } = candidate as Candidate;
    void pc.addIceCandidate({ candidate: text, sdpMid, sdpMLineIndex });
  });
  const IceCandidate = (kurento as unknown as { getComplexType(name: string): (candidate: object) => object }).getComplexType(
    "IceCandidate",
  );
  pc.onIceCandidate.subscribe((candidate) => {
    if (candidate) void call(endpoint, "addIceCandidate", IceCandidate({ ...candidate }));
  });
}

/** Negotiates a peer with an endpoint, candidates trickling both ways. Events of `types` are collected, whole. */
export async function join(
  endpoint: Remote,
  pc: RTCPeerConnection,
  events: Record<string, unknown>[] = [],
  types: string[] = [],
): Promise<string> {
  for (const type of types) endpoint.on(type, (data) => events.push(data));
  trickle(endpoint, pc);
  const offer = await pc.createOffer();
  const answer = await call<string>(endpoint, "processOffer", offer.sdp);
  await pc.setLocalDescription(offer);
  await pc.setRemoteDescription({ type: "answer", sdp: answer });
  await call(endpoint, "gatherCandidates");
  return answer;
}
