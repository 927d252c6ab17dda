import { randomUUID } from "node:crypto";
import { ERROR_CODES, KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import { hasFreePort } from "../media/rtpPort";
import type { Track } from "../media/track";
import type { Operations, Params } from "../protocol";
import { mediaIds, sdpProblem } from "../webrtc/offer";
import { Peer, type PeerEvents } from "../webrtc/peer";
import { BaseRtpEndpoint, endpointStats, inboundStats, outboundStats } from "./baseRtpEndpoint";
import { type Context, type MediaObject, numberParam, stringParam } from "./mediaObject";
import { parseTurn } from "./turn";

type IceState = "DISCONNECTED" | "GATHERING" | "CONNECTING" | "CONNECTED" | "READY" | "FAILED";
/** werift's states in Kurento's words, in the order in which a real server tells them. Its "completed" only means that gathering ended. */
const ICE_STATES: Record<string, IceState[]> = {
  checking: ["CONNECTING"],
  connected: ["CONNECTED", "READY"],
  disconnected: ["DISCONNECTED"],
  failed: ["FAILED"],
};
const STREAM_ID = 1;
const COMPONENT_ID = 1;

export class WebRtcEndpoint extends BaseRtpEndpoint {
  stunAddress = "";
  stunPort = 0;
  turnUrl = "";
  iceState: IceState = "DISCONNECTED";
  private peer?: Peer;
  private wantsCandidates = false;
  private isGathered = false;
  private found: string[] = [];
  private readonly iceStates: IceState[] = [];
  private early: { candidate: string; sdpMid?: string; sdpMLineIndex?: number }[] = [];
  private readonly inputs: Partial<Record<Kind, Track>> = {};
  private readonly statIds = new Map<string, string>();

  constructor(context: Context, parent: MediaObject, params: Params) {
    super("WebRtcEndpoint", context, parent);
    this.direction = params["recvonly"] === true ? "recvonly" : params["sendonly"] === true ? "sendonly" : "sendrecv";
  }
  private readonly direction: "sendrecv" | "sendonly" | "recvonly";

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

  private async negotiate(
    type: "SDP_END_POINT_PROCESS_OFFER_ERROR" | "SDP_END_POINT_PROCESS_ANSWER_ERROR",
    what: string,
    step: (peer: Peer) => Promise<string>,
  ) {
    if (!this.peer) await this.checkPorts();
    const peer = (this.peer ??= this.createPeer());
    const sdp = await step(peer).catch(async (error: Error) => {
      this.context.log.warn("negotiation-failed", { object: this.id, error });
      this.peer = undefined;
      await peer.close();
      throw new KurentoError(type, `Error processing ${what}: ${error.message}`);
    });
    this.applyBandwidths();
    for (const [kind, way] of peer.outbound) way.setTrack(this.inputs[kind]);
    for (const { candidate, sdpMid, sdpMLineIndex } of this.early.splice(0)) await peer.addCandidate(candidate, sdpMid, sdpMLineIndex);
    this.localSdp ??= sdp;
    this.tellCandidates();
    return sdp;
  }

  private createPeer(): Peer {
    const { mediaAddress: address, minPort, maxPort } = this.context.config;
    const stun = this.stunAddress && this.stunPort ? `${this.stunAddress}:${this.stunPort}` : undefined;
    return new Peer({ address, minPort, maxPort, stun, turn: parseTurn(this.turnUrl) }, this.outputs, this.peerEvents());
  }

  private peerEvents(): PeerEvents {
    return {
      candidate: (candidate) => {
        this.found.push(candidate);
        this.tellCandidates();
      },
      gathered: () => {
        this.isGathered = true;
        this.tellCandidates();
      },
      ice: (state) => ICE_STATES[state]?.forEach((name) => this.setIceState(name)),
      connected: () => this.setConnectionState("CONNECTED"),
      disconnected: () => this.setConnectionState("DISCONNECTED"),
      heard: () => this.heard(),
      outboundFlow: (kind, isFlowing) => this.onInputFlow(kind, isFlowing),
      unsupported: (kind, codec) => this.context.log.warn("codec-not-negotiated", { object: this.id, kind, codec }),
    };
  }

  async addIceCandidate(candidate: string, sdpMid?: string, sdpMLineIndex?: number): Promise<void> {
    if (!this.peer) return void this.early.push({ candidate, sdpMid, sdpMLineIndex });
    const isTaken = await this.peer.addCandidate(candidate, sdpMid, sdpMLineIndex);
    if (!isTaken) this.context.log.warn("candidate-ignored", { object: this.id, candidate: candidate.slice(0, 200) });
  }

  /** Candidates are told from now on; they are gathered while the description is made. */
  gatherCandidates(): void {
    this.wantsCandidates = true;
    for (const componentId of [2, COMPONENT_ID]) {
      this.raise("IceComponentStateChanged", { componentId, state: "GATHERING", streamId: STREAM_ID });
    }
    if (this.iceState === "DISCONNECTED") this.iceState = "GATHERING";
    this.tellCandidates();
    for (const state of this.iceStates.splice(0)) this.setIceState(state);
  }

  private tellCandidates(): void {
    if (!this.wantsCandidates || this.localSdp === undefined) return;
    for (const candidate of this.found.splice(0)) {
      for (const { sdpMid, sdpMLineIndex } of mediaIds(this.localSdp)) {
        this.raise("IceCandidateFound", {
          candidate: { __module__: "kurento", __type__: "IceCandidate", candidate, sdpMLineIndex, sdpMid },
        });
      }
    }
    if (!this.isGathered) return;
    this.isGathered = false;
    this.raise("IceGatheringDone");
  }

  /** An exhausted port range is silent in werift: gathering "completes" with nothing, and a socket stays behind. */
  private async checkPorts(): Promise<void> {
    const { mediaAddress, minPort, maxPort } = this.context.config;
    if (await hasFreePort(mediaAddress, minPort, maxPort)) return;
    const description = `No free UDP port on ${mediaAddress} from ${minPort} to ${maxPort}`;
    this.context.log.error("no-port", { object: this.id, description });
    this.raise("Error", { description, errorCode: ERROR_CODES.NOT_ENOUGH_RESOURCES, type: "NOT_ENOUGH_RESOURCES" });
    throw new KurentoError("NOT_ENOUGH_RESOURCES", description);
  }

  /** Nothing is told of ICE before the client asked to gather. */
  private setIceState(state: IceState): void {
    if (!this.wantsCandidates) return void this.iceStates.push(state);
    if (state === this.iceState || (this.iceState === "READY" && state === "CONNECTED")) return;
    this.iceState = state;
    if (state === "CONNECTED") this.raisePair();
    this.raise("IceComponentStateChanged", { componentId: COMPONENT_ID, state, streamId: STREAM_ID });
  }

  pairs(): Params[] {
    const pair = this.peer?.selectedPair();
    const names = { __module__: "kurento", __type__: "IceCandidatePair", componentId: COMPONENT_ID, streamId: String(STREAM_ID) };
    return pair ? [{ ...names, localCandidate: pair.local, remoteCandidate: pair.remote }] : [];
  }

  private raisePair(): void {
    for (const candidatePair of this.pairs()) this.raise("NewCandidatePairSelected", { candidatePair });
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

function candidateParam(params: Params): { candidate: string; sdpMid?: string; sdpMLineIndex?: number } {
  const value = params["candidate"] as Params | undefined;
  if (typeof value !== "object" || value === null) throw new KurentoError("MARSHALL_ERROR", "'candidate' parameter should be an object");
  const { sdpMid, sdpMLineIndex } = value;
  return {
    candidate: stringParam(value, "candidate"),
    sdpMid: typeof sdpMid === "string" ? sdpMid : undefined,
    sdpMLineIndex: typeof sdpMLineIndex === "number" ? sdpMLineIndex : undefined,
  };
}

export const webRtcEndpointOperations: Operations<"WebRtcEndpoint", WebRtcEndpoint> = {
  addIceCandidate: (self, params) => {
    const { candidate, sdpMid, sdpMLineIndex } = candidateParam(params);
    return self.addIceCandidate(candidate, sdpMid, sdpMLineIndex);
  },
  gatherCandidates: (self) => self.gatherCandidates(),
  getICECandidatePairs: (self) => self.pairs(),
  getIceConnectionState: (self) => [
    { __module__: "kurento", __type__: "IceConnection", componentId: COMPONENT_ID, state: self.iceState, streamId: String(STREAM_ID) },
  ],
  getStunServerAddress: (self) => self.stunAddress,
  getStunServerPort: (self) => self.stunPort,
  getTurnUrl: (self) => self.turnUrl,
  setStunServerAddress: (self, params) => void (self.stunAddress = stringParam(params, "stunServerAddress")),
  setStunServerPort: (self, params) => void (self.stunPort = numberParam(params, "stunServerPort")),
  setTurnUrl: (self, params) => {
    const url = stringParam(params, "turnUrl");
    parseTurn(url);
    self.turnUrl = url;
  },
};
