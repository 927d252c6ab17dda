import { MediaStreamTrack, RtpHeader, RtpPacket, type RTCPeerConnection } from "werift";
import { countOnly } from "./countOnly";
import type { Sending, Sent } from "./messages";

/** One publisher and N viewers of one server, all in this process: what they cost is not counted. */
export interface Party {
  readonly track: MediaStreamTrack;
  readonly viewers: number;
  received: number;
  published: number;
}

/** What a peer is for. */
export type PeerKind = "publish" | "view";

/** A way into a server: how its peers are made, and how one of them joins. */
export interface Way {
  readonly newPeer: (kind: PeerKind) => RTCPeerConnection;
  readonly join: (kind: PeerKind, peer: RTCPeerConnection) => Promise<void>;
}

const payloadBytes = 1200;
const tickMs = 10;
const window = 50;
const silenceMs = 2_000;

/** A VP8 payload (RFC 7741): a key frame, or a delta frame, of one packet. */
function payload(isKeyFrame: boolean): Buffer {
  const bytes = Buffer.alloc(payloadBytes, 0x5a);
  bytes.set(isKeyFrame ? [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x10, 0x11]);
  return bytes;
}
const [keyFrame, deltaFrame] = [payload(true), payload(false)];

/** Lets a publisher and its viewers join, one after the other, and waits until each is connected. `decrypting` is that of `LoadOptions`. */
export async function newParty({ newPeer, join }: Way, viewers: number, decrypting: number): Promise<Party> {
  const party: Party = { track: new MediaStreamTrack({ kind: "video" }), viewers, received: 0, published: 0 };
  const publisher = newPeer("publish");
  publisher.addTransceiver(party.track, { direction: "sendonly" });
  await join("publish", publisher);
  await connected(publisher, "The publisher");
  for (let viewer = 0; viewer < viewers; viewer++) {
    const peer = newPeer("view");
    peer.addTransceiver("video", { direction: "recvonly" });
    const isDecrypting = viewer < decrypting;
    if (isDecrypting) peer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => void party.received++));
    await join("view", peer);
    await connected(peer, `Viewer ${viewer + 1} of ${viewers}`);
    if (!isDecrypting) countOnly(peer, () => void party.received++);
  }
  return party;
}

/** @throws Error when it isn't within 10 s, with how far it came */
async function connected(peer: RTCPeerConnection, who: string): Promise<void> {
  if (peer.connectionState === "connected") return;
  await peer.connectionStateChange
    .watch((state) => state === "connected", 10_000)
    .catch((reason: unknown) => {
      const { connectionState, iceConnectionState, iceGatheringState } = peer;
      const found = `found ${connectionState}, ICE ${iceConnectionState}, gathering ${iceGatheringState}`;
      throw new Error(`${who}: Expected it to be connected within 10 s, ${found}`, { cause: reason });
    });
}

/**
 * Publishes evenly for a time, a key frame every second. No more than `window` packets are on their way: on a busy computer it takes longer,
 * instead of overflowing sockets. Ends when all came, or nothing more comes.
 */
export function send(party: Party, { packetsPerSecond, seconds }: Sending): Promise<Sent> {
  const before = { published: party.published, received: party.received };
  const total = packetsPerSecond * seconds;
  const published = () => party.published - before.published;
  const received = () => party.received - before.received;
  const began = performance.now();
  let last = { received: 0, atMs: began };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (received() > last.received) last = { received: received(), atMs: nowMs };
      const isSilent = nowMs - last.atMs > silenceMs;
      const due = Math.min(Math.floor(((nowMs - began) / 1000) * packetsPerSecond), total, Math.floor(received() / party.viewers) + window);
      while (published() < due) publish(party, packetsPerSecond);
      if (!isSilent && received() < total * party.viewers) return;
      clearInterval(timer);
      resolve({ published: published(), received: received() });
    }, tickMs);
  });
}

function publish(party: Party, packetsPerSecond: number): void {
  const number = party.published++;
  const isKeyFrame = number % packetsPerSecond === 0;
  const timestamp = Math.floor((number * 90_000) / packetsPerSecond) >>> 0;
  const header = new RtpHeader({ sequenceNumber: number & 0xffff, timestamp, marker: true, payloadType: 96 });
  party.track.writeRtp(new RtpPacket(header, isKeyFrame ? keyFrame : deltaFrame));
}
