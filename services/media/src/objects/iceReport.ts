import { mediaIds } from "../webrtc/offer";
import type { Peer } from "../webrtc/peer";
import type { Params } from "../protocol";

export type IceState = "DISCONNECTED" | "GATHERING" | "CONNECTING" | "CONNECTED" | "READY" | "FAILED";
/** werift's states in Kurento's words, in the order in which a real server tells them. Its "completed" only means that gathering ended. */
const ICE_STATES: Record<string, IceState[]> = {
  checking: ["CONNECTING"],
  connected: ["CONNECTED", "READY"],
  disconnected: ["DISCONNECTED"],
  failed: ["FAILED"],
};
/** Everything is bundled and multiplexed: there is one stream of one component. */
export const STREAM_ID = 1;
export const COMPONENT_ID = 1;

/** What the client is told of ICE: nothing before it asked to gather, candidates only with a description to belong to. */
export class IceReport {
  state: IceState = "DISCONNECTED";
  private wantsCandidates = false;
  private isGathered = false;
  private localSdp?: string;
  private readonly found: string[] = [];
  private readonly untold: IceState[] = [];

  /** `pair`: the pair in use, where there is one. */
  constructor(
    private readonly raise: (type: string, data?: Params) => void,
    private readonly pair: () => ReturnType<Peer["selectedPair"]>,
  ) {}

  /** Candidates are told from now on; they are gathered while the description is made. */
  gather(): void {
    this.wantsCandidates = true;
    for (const componentId of [2, COMPONENT_ID]) {
      this.raise("IceComponentStateChanged", { componentId, state: "GATHERING", streamId: STREAM_ID });
    }
    if (this.state === "DISCONNECTED") this.state = "GATHERING";
    this.tellCandidates();
    for (const state of this.untold.splice(0)) this.setState(state);
  }

  onDescription(localSdp: string): void {
    this.localSdp = localSdp;
    this.tellCandidates();
  }

  onCandidate(candidate: string): void {
    this.found.push(candidate);
    this.tellCandidates();
  }

  onGathered(): void {
    this.isGathered = true;
    this.tellCandidates();
  }

  /** `state`: in werift's words. */
  onState(state: string): void {
    ICE_STATES[state]?.forEach((name) => this.setState(name));
  }

  pairs(): Params[] {
    const pair = this.pair();
    const names = { __module__: "kurento", __type__: "IceCandidatePair", componentId: COMPONENT_ID, streamId: String(STREAM_ID) };
    return pair ? [{ ...names, localCandidate: pair.local, remoteCandidate: pair.remote }] : [];
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

  private setState(state: IceState): void {
    if (!this.wantsCandidates) return void this.untold.push(state);
    if (state === this.state || (this.state === "READY" && state === "CONNECTED")) return;
    this.state = state;
    if (state === "CONNECTED") for (const candidatePair of this.pairs()) this.raise("NewCandidatePairSelected", { candidatePair });
    this.raise("IceComponentStateChanged", { componentId: COMPONENT_ID, state, streamId: STREAM_ID });
  }
}
