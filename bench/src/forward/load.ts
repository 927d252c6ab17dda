import kurento, { type Remote } from "kurento-client";
import { MediaStreamTrack, RtpHeader, RtpPacket, type RTCPeerConnection } from "werift";
import { gathered, newPeer } from "./codecs";
import type { LoadAnswer, LoadOptions, LoadRequest, ServerName } from "./messages";

/** One publisher and N viewers for each server, all in this process: what they cost is not counted. */
interface Party {
  readonly track: MediaStreamTrack;
  received: number;
  published: number;
}
type Join = (kind: "publish" | "view", peer: RTCPeerConnection) => Promise<void>;

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

function joinPlain(port: number): Join {
  return async (kind, peer) => {
    await peer.setLocalDescription(await peer.createOffer());
    const body = await gathered(peer);
    const response = await fetch(`http://127.0.0.1:${port}/${kind}`, { method: "POST", body });
    const sdp = await response.text();
    if (!response.ok) throw new Error(`The plain forwarder refused to ${kind}: ${sdp}`);
    await peer.setRemoteDescription({ type: "answer", sdp });
  };
}

async function joinPocket(port: number): Promise<Join> {
  const client = await kurento(`ws://127.0.0.1:${port}/kurento`);
  const pipeline = await client.create("MediaPipeline");
  let source: Remote | undefined;
  return async (kind, peer) => {
    const endpoint = await pipeline.create("WebRtcEndpoint");
    if (kind === "view") await source!.connect(endpoint);
    else source = endpoint;
    endpoint.on("IceCandidateFound", ({ candidate: { candidate, sdpMid, sdpMLineIndex } }) => {
      void peer.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
    });
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await endpoint.processOffer(await gathered(peer));
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await endpoint.gatherCandidates();
  };
}

async function newParty(join: Join, viewers: number): Promise<Party> {
  const party: Party = { track: new MediaStreamTrack({ kind: "video" }), received: 0, published: 0 };
  const publisher = newPeer();
  publisher.addTransceiver(party.track, { direction: "sendonly" });
  await join("publish", publisher);
  await connected(publisher);
  for (let viewer = 0; viewer < viewers; viewer++) {
    const peer = newPeer();
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => void party.received++));
    await join("view", peer);
    await connected(peer);
  }
  return party;
}

async function connected(peer: RTCPeerConnection): Promise<void> {
  if (peer.connectionState !== "connected") await peer.connectionStateChange.watch((state) => state === "connected", 10_000);
}

/**
 * Publishes evenly for a time, a key frame every second. No more than `window` packets are on their way: on a busy computer it takes longer,
 * instead of overflowing sockets. Ends when all came, or nothing more comes.
 */
function send(party: Party, { packetsPerSecond, seconds }: LoadRequest, viewers: number): Promise<LoadAnswer> {
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
      const due = Math.min(Math.floor(((nowMs - began) / 1000) * packetsPerSecond), total, Math.floor(received() / viewers) + window);
      while (published() < due) publish(party, packetsPerSecond);
      if (!isSilent && received() < total * viewers) return;
      clearInterval(timer);
      resolve({ type: "sent", published: published(), received: received() });
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

async function main(): Promise<void> {
  const { ports, viewers } = JSON.parse(process.argv[2]!) as LoadOptions;
  const parties: Record<ServerName, Party> = {
    pocket: await newParty(await joinPocket(ports.pocket), viewers),
    plain: await newParty(joinPlain(ports.plain), viewers),
  };
  process.on("message", (request: LoadRequest) => {
    void send(parties[request.to], request, viewers).then((answer) => process.send!(answer));
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "joined" } satisfies LoadAnswer);
}

void main();
