import { RTCPeerConnection, type PeerConfig, useNACK, usePLI, useREMB, useVP8 } from "werift";
import { firstAddress } from "../address";

/** A peer on one address of this computer, as anybody would set werift up for it. VP8 only. */
export function newPeer(more: Partial<PeerConfig> = {}): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: { audio: [], video: [useVP8({ payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useREMB()] })] },
    headerExtensions: { audio: [], video: [] },
    bundlePolicy: "max-bundle",
    iceServers: [],
    iceUseIpv6: false,
    iceInterfaceAddresses: { udp4: firstAddress() },
    ...more,
  });
}

/** The description with all candidates, once they are gathered. */
export async function gathered(peer: RTCPeerConnection): Promise<string> {
  if (peer.iceGatheringState !== "complete") await peer.iceGatheringStateChange.watch((state) => state === "complete", 10_000);
  return peer.localDescription!.sdp;
}

/** An offer with all candidates. */
export async function offerOf(peer: RTCPeerConnection): Promise<string> {
  await peer.setLocalDescription(await peer.createOffer());
  return gathered(peer);
}
