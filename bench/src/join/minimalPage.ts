import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import kurento, { type Remote } from "kurento-client";
import { WebSocketServer, type WebSocket } from "ws";

/** The least that shows a stream: a button, a peer connection, a WebSocket. The measuring is the same as in the console. */
const html = `<!doctype html><title>minimal</title>
<button id="join">Join</button><button id="leave">Leave</button><div id="place"></div>
<script>
const socket = new WebSocket(location.origin.replace("http", "ws"));
let peer;
document.querySelector("#join").onclick = async () => {
  const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
  document.querySelector("#place").replaceChildren(video);
  peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
  const media = (video.srcObject = new MediaStream());
  peer.ontrack = ({ track }) => media.addTrack(track);
  peer.onicecandidate = ({ candidate }) => candidate && socket.send(JSON.stringify({ candidate }));
  const offer = await peer.createOffer();
  socket.send(JSON.stringify({ offer: offer.sdp }));
  await peer.setLocalDescription(offer);
};
document.querySelector("#leave").onclick = () => {
  peer.close();
  document.querySelector("#place").replaceChildren();
  socket.send(JSON.stringify({ leave: true }));
};
const early = [];
socket.onmessage = async ({ data }) => {
  const { answer, candidate } = JSON.parse(data);
  if (answer) {
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    for (const candidate of early.splice(0)) await peer.addIceCandidate(candidate);
  } else if (peer.remoteDescription) await peer.addIceCandidate(candidate);
  else early.push(candidate);
};
</script>`;

interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}
type FromPage = { readonly offer: string } | { readonly candidate: Candidate } | { readonly leave: true };

export interface MinimalPage {
  readonly port: number;
  close(): void;
}

/**
 * Serves the minimal page to browsers, who view what `source` sends: no login, no list of streams, no TURN, and the media server asked as
 * directly as kurento-client can.
 */
export async function serveMinimalPage(pipeline: Remote, source: Remote): Promise<MinimalPage> {
  const server = createServer((_request, response) => response.setHeader("Content-Type", "text/html").end(html));
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    const viewer = new Viewer(socket, pipeline, source);
    socket.on("message", (data) => viewer.receive(JSON.parse(String(data)) as FromPage));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    },
  };
}

/** What belongs to one page: the endpoint of its present join. */
class Viewer {
  private endpoint: Promise<Remote> | undefined;
  private ready: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly socket: WebSocket,
    private readonly pipeline: Remote,
    private readonly source: Remote,
  ) {}

  receive(message: FromPage): void {
    if ("offer" in message) this.ready = this.join(message.offer);
    else if ("candidate" in message) void this.ready.then(() => this.addCandidate(message.candidate));
    else void this.endpoint?.then((endpoint) => endpoint.release());
  }

  private async join(offer: string): Promise<void> {
    this.endpoint = this.pipeline.create("WebRtcEndpoint");
    const endpoint = await this.endpoint;
    endpoint.on("IceCandidateFound", ({ candidate: { candidate, sdpMid, sdpMLineIndex } }) =>
      this.socket.send(JSON.stringify({ candidate: { candidate, sdpMid, sdpMLineIndex } })),
    );
    const [, answer] = await Promise.all([this.source.connect(endpoint), endpoint.processOffer(offer)]);
    this.socket.send(JSON.stringify({ answer }));
    await endpoint.gatherCandidates();
  }

  private async addCandidate({ candidate, sdpMid, sdpMLineIndex }: Candidate): Promise<void> {
    const add = kurento.getComplexType("IceCandidate")({ candidate, sdpMid, sdpMLineIndex });
    await (await this.endpoint)?.addIceCandidate(add);
  }
}
