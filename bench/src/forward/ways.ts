import kurento, { type Remote } from "kurento-client";
import { newPeer, offerOf } from "./codecs";
import type { WayOptions } from "./messages";
import type { Way } from "./party";
import { toSite } from "./toSite";

/** The way into a server. @throws Error when it can't be reached, or refuses */
export function wayOf(options: WayOptions): Promise<Way> {
  if (options.way === "site") return toSite(options);
  return options.way === "plain" ? toPlain(options.port) : toPocket(options.url);
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

async function toPocket(url: string): Promise<Way> {
  const client = await kurento(url);
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
