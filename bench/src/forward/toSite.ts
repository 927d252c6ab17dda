import { signIn, Wire } from "@barecast/cli";
import type { ServerMessage } from "@barecast/signaling/messages";
import type { PeerConfig, RTCPeerConnection } from "werift";
import { newPeer, offerOf } from "./codecs";
import type { WayOptions } from "./messages";
import type { Way } from "./party";
import { turnAt } from "./turnAt";

/** As the pages: signs in, and publishes and views by the WebSocket through the edge. */
export async function toSite({ endpoint, account, isRelayed }: Extract<WayOptions, { way: "site" }>): Promise<Way> {
  const peers = new Map<string, RTCPeerConnection>();
  const cookie = await signIn(endpoint, account.username, account.password);
  const wire = await Wire.open(endpoint, cookie, (message) => take(message, peers));
  const { iceServers } = await wire.ask({ type: "authenticate" }, "authenticated");
  const relayed = (): Partial<PeerConfig> => ({ iceServers: [turnAt(iceServers, endpoint.address)], iceTransportPolicy: "relay" });
  const ofViewers = isRelayed ? relayed() : {};
  return { newPeer: (kind) => newPeer(kind === "view" ? ofViewers : {}), join: joinBy(wire, peers) };
}

function joinBy(wire: Wire, peers: Map<string, RTCPeerConnection>): Way["join"] {
  let streamId = "";
  return async (kind, peer) => {
    const connectionId = `${kind}${peers.size}`;
    peers.set(connectionId, peer);
    const offer = await offerOf(peer);
    const request = kind === "publish" ? { type: kind, title: "Bench", isRecorded: false } : { type: kind, streamId };
    const answer = await wire.ask({ ...request, connectionId, offer }, "answer");
    streamId = answer.streamId;
    await peer.setRemoteDescription({ type: "answer", sdp: answer.answer });
    wire.send({ type: "candidate", connectionId, candidate: null });
  };
}

function take(message: ServerMessage, peers: ReadonlyMap<string, RTCPeerConnection>): void {
  if (message.type !== "candidate" || message.candidate === null) return;
  const { candidate, sdpMid, sdpMLineIndex } = message.candidate;
  void peers
    .get(message.connectionId)
    ?.addIceCandidate({ candidate, sdpMid: sdpMid ?? undefined, sdpMLineIndex: sdpMLineIndex ?? undefined });
}
