import { randomUUID } from "node:crypto";
import type { RTCIceCandidateInit } from "werift";
import { ERROR_CODES, type ErrorType, KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import type { Track } from "../media/track";
import type { Params } from "../protocol";
import { sdpProblem } from "../webrtc/offer";
import { Peer, type PeerEvents } from "../webrtc/peer";
import { BaseRtpEndpoint } from "./baseRtpEndpoint";
import { IceReport } from "./iceReport";
import type { Context, MediaObject } from "./mediaObject";
import { endpointStats, inboundStats, outboundStats } from "./rtpStats";
import { parseTurn } from "./turn";

/** A browser or phone: media by WebRTC (RFC 8825), both ways. */
export class WebRtcEndpoint extends BaseRtpEndpoint {
  stunAddress = "";
  stunPort = 0;
  turnUrl = "";
  readonly ice = new IceReport(
    (type, data) => this.raise(type, data),
    () => this.peer?.selectedPair(),
  );
  private readonly direction: "sendrecv" | "sendonly" | "recvonly";
  private peer?: Peer;
  private readonly early: RTCIceCandidateInit[] = [];
  private readonly inputs: Partial<Record<Kind, Track>> = {};
  private readonly statIds = new Map<string, string>();

  constructor(context: Context, parent: MediaObject, params: Params) {
    super("WebRtcEndpoint", context, parent);
    this.direction = params["recvonly"] === true ? "recvonly" : params["sendonly"] === true ? "sendonly" : "sendrecv";
  }

  protected override get keyFrameSource() {
    return (kind: Kind) => this.peer?.inbound.get(kind)?.requestKeyFrame();
  }

  protected override async answer(offer: string): Promise<string> {
    const problem = sdpProblem(offer);
    if (problem) {
      this.context.log.warn("offer-refused", { object: this.id, problem });
      throw new KurentoError("SDP_PARSE_ERROR", "Invalid SDP");
    }
    return this.negotiate("SDP_END_POINT_PROCESS_OFFER_ERROR", "offer", (peer) => peer.answer(offer));
  }

  protected override async offer(options: Params): Promise<string> {
    const kinds: Kind[] = ["audio", "video"];
    const wanted = kinds.filter((kind) => options[kind === "audio" ? "offerToReceiveAudio" : "offerToReceiveVideo"] !== false);
    return this.negotiate("SDP_END_POINT_PROCESS_OFFER_ERROR", "offer", (peer) => peer.offer(wanted, this.direction));
  }

  protected override async accept(answer: string): Promise<void> {
    if (sdpProblem(answer)) throw new KurentoError("SDP_PARSE_ERROR", "Invalid SDP");
    await this.negotiate("SDP_END_POINT_PROCESS_ANSWER_ERROR", "answer", async (peer) => {
      await peer.accept(answer);
      return answer;
    });
  }

  private async negotiate(type: ErrorType, what: string, step: (peer: Peer) => Promise<string>) {
    if (!this.peer) {
      const firstPort = await this.freePort();
      this.peer ??= this.createPeer(firstPort);
    }
    const { peer } = this;
    const sdp = await step(peer).catch(async (error: Error) => {
      this.context.log.warn("negotiation-failed", { object: this.id, error });
      this.peer = undefined;
      await peer.close();
      throw new KurentoError(type, `Error processing ${what}: ${error.message}`);
    });
    this.applyBandwidths();
    for (const [kind, way] of peer.outbound) way.setTrack(this.inputs[kind]);
    for (const candidate of this.early.splice(0)) await peer.addCandidate(candidate);
    this.localSdp ??= sdp;
    this.ice.onDescription(this.localSdp);
    return sdp;
  }

  private createPeer(firstPort: number): Peer {
    const { mediaAddress: address, maxPort } = this.context.config;
    const stun = this.stunAddress && this.stunPort ? `${this.stunAddress}:${this.stunPort}` : undefined;
    return new Peer({ address, firstPort, maxPort, stun, turn: parseTurn(this.turnUrl) }, this.outputs, this.peerEvents());
  }

  private peerEvents(): PeerEvents {
    return {
      candidate: (candidate) => this.ice.onCandidate(candidate),
      gathered: () => this.ice.onGathered(),
      ice: (state) => this.ice.onState(state),
      connected: () => this.setConnectionState("CONNECTED"),
      disconnected: () => this.setConnectionState("DISCONNECTED"),
      heard: () => this.heard(),
      outboundFlow: (kind, isFlowing) => this.onInputFlow(kind, isFlowing),
      unsupported: (kind, codec) => this.context.log.warn("codec-not-negotiated", { object: this.id, kind, codec }),
    };
  }

  /** One that comes before the peer's description waits for it. */
  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.peer) return void this.early.push(candidate);
    const isTaken = await this.peer.addCandidate(candidate);
    if (!isTaken) this.context.log.warn("candidate-ignored", { object: this.id, candidate: candidate.candidate?.slice(0, 200) });
  }

  /** An exhausted port range is silent in werift: gathering "completes" with nothing, and a socket stays behind. */
  private async freePort(): Promise<number> {
    const { mediaAddress, minPort, maxPort } = this.context.config;
    const port = await this.context.ports.next();
    if (port !== undefined) return port;
    const description = `No free UDP port on ${mediaAddress} from ${minPort} to ${maxPort}`;
    this.context.log.error("no-port", { object: this.id, description });
    this.raise("Error", { description, errorCode: ERROR_CODES.NOT_ENOUGH_RESOURCES, type: "NOT_ENOUGH_RESOURCES" });
    throw new KurentoError("NOT_ENOUGH_RESOURCES", description);
  }

  protected override setInput(kind: Kind, track: Track | undefined): void {
    this.inputs[kind] = track;
    this.peer?.outbound.get(kind)?.setTrack(track);
  }

  override applyBandwidths(): void {
    const { maxVideoRecv, maxAudioRecv } = this.bandwidths;
    const { publisherMaxBps } = this.context.config;
    const video = this.peer?.inbound.get("video");
    const audio = this.peer?.inbound.get("audio");
    if (video) video.maxBps = maxVideoRecv > 0 ? maxVideoRecv * 1000 : publisherMaxBps;
    if (audio) audio.maxBps = maxAudioRecv * 1000;
  }

  private statId(name: string): string {
    const id = this.statIds.get(name) ?? randomUUID();
    this.statIds.set(name, id);
    return id;
  }

  override stats(kinds: Kind[]): Record<string, Params> {
    const entries: Params[] = [endpointStats(this.id, kinds)];
    for (const kind of kinds) {
      const into = this.peer?.inbound.get(kind);
      const out = this.peer?.outbound.get(kind);
      if (into?.track.flow.packets) entries.push(inboundStats({ id: this.statId(`in-${kind}`), kind, ...into.counts() }));
      if (out?.flow.packets) entries.push(outboundStats({ id: this.statId(`out-${kind}`), kind, ...out.counts() }));
    }
    return Object.fromEntries(entries.map((entry) => [entry["id"] as string, entry]));
  }

  protected override async dispose(): Promise<void> {
    await super.dispose();
    await this.peer?.close();
  }
}
