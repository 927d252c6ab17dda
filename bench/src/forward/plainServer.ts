import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { MediaStreamTrack, RTCRtpReceiver } from "werift";
import { gathered, newPeer } from "./codecs";
import { listens } from "../processes";

/**
 * What a plain user of werift writes to send one publisher's video to many viewers: the publisher's track is given to each viewer's sender,
 * and a viewer's wish for a key frame is passed on. `POST /publish` and `POST /view` take an offer and answer it.
 */
let source: { readonly track: MediaStreamTrack; readonly receiver: RTCRtpReceiver } | undefined;

async function publish(offer: string): Promise<string> {
  const peer = newPeer();
  await peer.setRemoteDescription({ type: "offer", sdp: offer });
  const [transceiver] = peer.getTransceivers();
  transceiver!.setDirection("recvonly");
  await peer.setLocalDescription(await peer.createAnswer());
  source = { track: transceiver!.receiver.tracks[0]!, receiver: transceiver!.receiver };
  return gathered(peer);
}

async function view(offer: string): Promise<string> {
  if (!source) throw new Error("Nobody publishes yet");
  const { track, receiver } = source;
  const peer = newPeer();
  await peer.setRemoteDescription({ type: "offer", sdp: offer });
  const [transceiver] = peer.getTransceivers();
  transceiver!.setDirection("sendonly");
  await transceiver!.sender.replaceTrack(track);
  transceiver!.sender.onPictureLossIndication.subscribe(() => void receiver.sendRtcpPLI(track.ssrc!));
  await peer.setLocalDescription(await peer.createAnswer());
  return gathered(peer);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
  return body;
}

const server = createServer((request, response) => {
  const act = request.url === "/publish" ? publish : view;
  bodyOf(request)
    .then(act)
    .then(
      (answer) => response.end(answer),
      (error: Error) => response.writeHead(500).end(error.stack),
    );
});
server.listen(0, "127.0.0.1", () => {
  listens((server.address() as AddressInfo).port);
});
