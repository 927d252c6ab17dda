import type { Connection, PeerMessage } from "./connection";
import { Problem } from "./problem";

export type PeerConnectionFactory = (configuration: RTCConfiguration) => RTCPeerConnection;
export const browserPeerConnection: PeerConnectionFactory = (configuration) => new RTCPeerConnection(configuration);

export interface PeerEvents {
  onConnected(): void;
  /** The media path broke or the server ended it; called once. */
  onLost(reason: string): void;
}

/** How long a broken path may mend itself, the browser's own tries at it included. */
const patienceMs = 5000;
/** How long a first path may take: browsers wait without end for a server that never says where it can be reached. */
const connectMs = 30_000;
let count = 0;

/** One RTCPeerConnection with trickle ICE over a `Connection`: the offer goes out at once, candidates follow both ways as they are found. */
export class Peer {
  private readonly connectionId = `c${++count}-${Math.random().toString(36).slice(2, 10)}`;
  private readonly stopListening: () => void;
  private readonly early: RTCIceCandidateInit[] = [];
  private isOffered = false;
  private isAnswered = false;
  private isOver = false;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    readonly rtc: RTCPeerConnection,
    private readonly events: PeerEvents,
  ) {
    this.stopListening = connection.onPeer(this.connectionId, (message) => this.receive(message));
    rtc.onicecandidate = ({ candidate }) => this.offerCandidate(candidate ? candidate.toJSON() : null);
    rtc.onconnectionstatechange = () => this.follow();
    this.patience = setTimeout(() => this.lose("No network path to the media server was found in time"), connectMs);
  }

  /** Negotiates; resolves with the stream's id. @throws {Problem} */
  async start(request: { type: "publish"; title: string } | { type: "view"; streamId: string }): Promise<string> {
    const { rtc, connectionId } = this;
    const offer = await rtc.createOffer();
    const sent = this.connection.request({ ...request, connectionId, offer: offer.sdp ?? "" }, "answer");
    this.isOffered = true;
    const [{ answer, streamId }] = await Promise.all([sent, rtc.setLocalDescription(offer)]);
    if (this.isOver) throw new Problem("offline", "The connection was given up");
    await rtc.setRemoteDescription({ type: "answer", sdp: answer });
    this.isAnswered = true;
    for (const candidate of this.early.splice(0)) this.addCandidate(candidate);
    return streamId;
  }

  /** Ends it on both sides. */
  close(): void {
    if (this.isOver) return;
    this.end();
    if (this.isOffered) this.connection.request({ type: "stop", connectionId: this.connectionId }, "stopped").catch(() => undefined);
  }

  private end(): void {
    this.isOver = true;
    clearTimeout(this.patience);
    this.stopListening();
    this.rtc.onicecandidate = null;
    this.rtc.onconnectionstatechange = null;
    this.rtc.close();
  }

  private lose(reason: string): void {
    if (this.isOver) return;
    this.close();
    this.events.onLost(reason);
  }

  private offerCandidate(candidate: RTCIceCandidateInit | null): void {
    const message = { type: "candidate", connectionId: this.connectionId } as const;
    if (!candidate) return this.connection.send({ ...message, candidate: null });
    const { candidate: text = "", sdpMid, sdpMLineIndex, usernameFragment } = candidate;
    this.connection.send({ ...message, candidate: { candidate: text, sdpMid, sdpMLineIndex, usernameFragment } });
  }

  private receive(message: PeerMessage): void {
    if (message.type === "ended") {
      this.isOffered = false; // the server has nothing left to stop
      return this.lose(message.reason);
    }
    if (!message.candidate) return;
    const candidate = message.candidate as RTCIceCandidateInit;
    if (this.isAnswered) this.addCandidate(candidate);
    else this.early.push(candidate);
  }

  private addCandidate(candidate: RTCIceCandidateInit): void {
    // One that the browser cannot use costs one path.
    this.rtc.addIceCandidate(candidate).catch(() => undefined);
  }

  private follow(): void {
    const { connectionState } = this.rtc;
    if (connectionState === "new" || connectionState === "connecting") return;
    clearTimeout(this.patience);
    if (connectionState === "connected") this.events.onConnected();
    if (connectionState === "failed") this.lose("No network path to the media server was found");
    if (connectionState === "disconnected") this.patience = setTimeout(() => this.lose("The network path broke"), patienceMs);
  }
}
