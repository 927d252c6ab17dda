import type { RTCPeerConnection } from "werift";
import { codecs } from "./codecs";

export interface PeerOptions {
  address: string;
  minPort: number;
  maxPort: number;
  /** `host:port` of a STUN server, by IP. */
  stun?: string;
  turn?: { url: string; username: string; credential: string };
}

type PeerConfig = ConstructorParameters<typeof RTCPeerConnection>[0];

/** The options as werift wants them. */
export function peerConfig({ address, minPort, maxPort, stun, turn }: PeerOptions): PeerConfig {
  return {
    codecs: codecs(),
    headerExtensions: { audio: [], video: [] },
    bundlePolicy: "max-bundle",
    iceServers: [
      ...(stun ? [{ urls: `stun:${stun}` }] : []),
      ...(turn ? [{ urls: `turn:${turn.url}`, username: turn.username, credential: turn.credential }] : []),
    ],
    icePortRange: [minPort, maxPort],
    iceUseIpv6: false,
    iceInterfaceAddresses: { udp4: address },
  };
}
