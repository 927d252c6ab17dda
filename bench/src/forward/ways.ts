import { signIn, Wire } from "@barecast/cli";
import type { ServerMessage } from "@barecast/signaling/messages";
import kurento, { type Remote } from "kurento-client";
import type { PeerConfig, RTCPeerConnection } from "werift";
import { gathered, newPeer } from "./codecs";
import type { WayOptions } from "./messages";
import type { Way } from "./party";

/** The way into a server. @throws Error when it can't be reached, or refuses */
export function wayOf(options: WayOptions): Promise<Way> {
  if (options.way === "site") return toSite(options);
  return options.way === "plain" ? toPlain(options.port) : toPocket(options.port);
}

async function toPlain(port: number): Promise<Way> {
  const join: Way["join"] = async (kind, peer) => {
    const response = await fetch(`http://127.0.0.1:${port}/${kind}`, { method: "POST", body: await offerOf(peer) });
    const sdp = await response.text();
    if (!response.ok) throw new Error(`The plain forwarder refused to ${kind}: ${sdp}`);
    await peer.setRemoteDescription({ type: "answer", sdp });
  };
  return { newPeer: () => newPeer(), join };
}

async function toPocket(port: number): Promise<Way> {
  const client = await kurento(`ws://127.0.0.1:${port}/kurento`);
  const pipeline = await client.create("MediaPipeline");
  let source: Remote | undefined;
  const join: Way["join"] = async (kind, peer) => {
    const endpoint = await pipeline.create("WebRtcEndpoint");
    if (kind === "view") await source!.connect(endpoint);
    else source = endpoint;
    endpoint.on("IceCandidateFound", ({ candidate: { candidate, sdpMid, sdpMLineIndex } }) => {
      void peer.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
    });
    const answer = await endpoint.processOffer(await offerOf(peer));
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await endpoint.gatherCandidates();
  };
  return { newPeer: () => newPeer(), join };
}

/** As the pages: signs in, and publishes and views by the WebSocket through the edge. */
async function toSite({ endpoint, account, isRelayed }: Extract<WayOptions, { way: "site" }>): Promise<Way> {
  const peers = new Map<string, RTCPeerConnection>();
  const cookie = await signIn(endpoint, account.username, account.password);
  const wire = await Wire.open(endpoint, cookie, (message) => take(message, peers));
  const { iceServers } = await wire.ask({ type: "authenticate" }, "authenticated");
  const turn = iceServers.find(({ urls }) => urls.some((url) => url.startsWith("turn:")));
  const server = { urls: `turn:${endpoint.address}:3478?transport=udp`, username: turn?.username, credential: turn?.credential };
  const relayed: Partial<PeerConfig> = { iceServers: [server], iceTransportPolicy: "relay" };
  let streamId = "";
  let hasPublisher = false;
  const makePeer = () => {
    const peer = newPeer(isRelayed && hasPublisher ? relayed : {});
    hasPublisher = true;
    return peer;
  };
  const join: Way["join"] = async (kind, peer) => {
    const connectionId = `${kind}${peers.size}`;
    peers.set(connectionId, peer);
    const offer = await offerOf(peer);
    const request = kind === "publish" ? { type: kind, title: "Bench", isRecorded: false } : { type: kind, streamId };
    const answer = await wire.ask({ ...request, connectionId, offer }, "answer");
    streamId = answer.streamId;
    await peer.setRemoteDescription({ type: "answer", sdp: answer.answer });
    wire.send({ type: "candidate", connectionId, candidate: null });
  };
  return { newPeer: makePeer, join };
}

function take(message: ServerMessage, peers: ReadonlyMap<string, RTCPeerConnection>): void {
  if (message.type !== "candidate" || message.candidate === null) return;
  const { candidate, sdpMid, sdpMLineIndex } = message.candidate;
  void peers
    .get(message.connectionId)
    ?.addIceCandidate({ candidate, sdpMid: sdpMid ?? undefined, sdpMLineIndex: sdpMLineIndex ?? undefined });
}

/** An offer with all candidates. */
async function offerOf(peer: RTCPeerConnection): Promise<string> {
  await peer.setLocalDescription(await peer.createOffer());
  return gathered(peer);
}
