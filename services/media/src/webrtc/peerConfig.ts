import type { RTCPeerConnection } from "werift";
import { codecs } from "./codecs";

export interface PeerOptions {
  address: string;
  /**
   * Tried first; werift goes on from it one by one, with a socket for each, and does not come back to lower ones: a relay (`turn`) needs another port
   * behind it.
   */
  firstPort: number;
  maxPort: number;
  /** `host:port` of a STUN server, by IP. */
  stun?: string;
  turn?: { url: string; username: string; credential: string };
}

type PeerConfig = ConstructorParameters<typeof RTCPeerConnection>[0];

/** The options as werift wants them. */
export function peerConfig({ address, firstPort, maxPort, stun, turn }: PeerOptions): PeerConfig {
  return {
    codecs: codecs(),
    headerExtensions: { audio: [], video: [] },
    bundlePolicy: "max-bundle",
    iceServers: [
      ...(stun ? [{ urls: `stun:${stun}` }] : []),
      ...(turn ? [{ urls: `turn:${turn.url}`, username: turn.username, credential: turn.credential }] : []),
    ],
    // werift refuses a range of one port: half a port more is none.
    icePortRange: [firstPort, Math.max(maxPort, firstPort + 0.5)],
    iceUseIpv6: false,
    iceInterfaceAddresses: { udp4: address },
  };
}
