import type { IceServer } from "@barecast/signaling/messages";
import type { PeerConfig } from "werift";

/**
 * The site's TURN server over UDP as its signaling tells it, at this address in place of its name, which nothing resolves here.
 * @throws Error when the site tells none
 */
export function turnAt(iceServers: readonly IceServer[], address: string): NonNullable<PeerConfig["iceServers"]>[number] {
  for (const { urls, username, credential } of iceServers) {
    const url = urls.find((one) => /^turn:[^?]*\?transport=udp$/.test(one));
    if (url) return { urls: url.replace(/^turn:[^:?]*/, `turn:${address}`), username, credential };
  }
  const found = iceServers.flatMap(({ urls }) => urls).join(", ") || "none";
  throw new Error(
    `ICE servers of the site: Expected a turn: URL with ?transport=udp, found ${found}. Relayed packets can't be measured here`,
  );
}
