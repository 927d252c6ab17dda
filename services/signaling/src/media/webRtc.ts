import type { Candidate } from "../messages";
import type { Remote } from "./kurento";
import type { MediaServer } from "./server";

/** What one WebRTC connection tells its owner; nothing any more after `release`. */
export interface WebRtcEvents {
  onCandidate(candidate: Candidate): void;
  onFlowing?(): void;
  /** There is no network path (any more). */
  onLost(reason: string): void;
  /** No more media comes from the peer. */
  onSilent?(): void;
}

/** Asks for what is to be done to an endpoint before it gets its offer. */
export type Prepare = (endpoint: Remote) => readonly Promise<unknown>[];

/** A candidate's transport (RFC 8839, 5.1; RFC 6544). Media servers have UDP ports only: what comes by TCP, comes by coturn. */
const isTcp = /^candidate:\S+ \d+ tcp /i;

/**
 * A WebRtcEndpoint with trickle ICE: candidates of the client that come before the endpoint can take them are kept.
 * Order: made, events subscribed and offer processed in one go, answer to the client, then gathering.
 */
export class WebRtcConnection {
  endpoint: Remote | null = null;
  private isNegotiated = false;
  private isReleased = false;
  private readonly early: NonNullable<Candidate>[] = [];

  constructor(private readonly events: WebRtcEvents) {}

  /** Makes the endpoint in the pipeline and answers the offer. What `prepare` asks for is sent before the offer, which does not wait for it. */
  async negotiate(server: MediaServer, pipeline: Remote, offer: string, prepare: Prepare): Promise<string> {
    const endpoint = await server.kurento.create("WebRtcEndpoint", { mediaPipeline: pipeline });
    this.endpoint = endpoint;
    if (this.isReleased) {
      await endpoint.release();
      throw new Error("The connection was given up");
    }
    this.subscribe(endpoint);
    // The source is connected first: its codec decides the answer.
    const prepared = prepare(endpoint);
    const [answer] = await Promise.all([endpoint.call("processOffer", offer), ...prepared]);
    return answer;
  }

  /** After the answer is on its way: gather, and hand over what came early. */
  gather(): void {
    const { endpoint } = this;
    if (!endpoint || this.isReleased) return;
    this.isNegotiated = true;
    endpoint.call("gatherCandidates").catch((error: Error) => this.events.onLost(error.message));
    for (const candidate of this.early.splice(0)) this.deliver(candidate);
  }

  addCandidate(candidate: Candidate): void {
    if (candidate === null || candidate.candidate === "" || isTcp.test(candidate.candidate) || this.isReleased) return;
    if (this.isNegotiated) this.deliver(candidate);
    else if (this.early.length < 128) this.early.push(candidate);
  }

  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.endpoint?.release();
  }

  private deliver(candidate: NonNullable<Candidate>): void {
    const { candidate: text, sdpMid, sdpMLineIndex } = candidate;
    // A candidate that the server cannot use costs one path, not the connection.
    this.endpoint?.tell("addIceCandidate", { candidate: text, sdpMid: sdpMid ?? "0", sdpMLineIndex: sdpMLineIndex ?? 0 });
  }

  private subscribe(endpoint: Remote): void {
    const whileOpen =
      <T>(act: (data: T) => void) =>
      (data: T) => {
        if (!this.isReleased) act(data);
      };
    endpoint.on(
      "IceCandidateFound",
      whileOpen(({ candidate: { candidate, sdpMid, sdpMLineIndex } }) => this.events.onCandidate({ candidate, sdpMid, sdpMLineIndex })),
    );
    endpoint.on(
      "IceGatheringDone",
      whileOpen(() => this.events.onCandidate(null)),
    );
    endpoint.on(
      "IceComponentStateChanged",
      whileOpen(({ state }) => state === "FAILED" && this.events.onLost("No network path to the media server was found, or it broke")),
    );
    const { onFlowing, onSilent } = this.events;
    if (onSilent)
      endpoint.on(
        "MediaStateChanged",
        whileOpen(({ newState }) => newState === "DISCONNECTED" && onSilent()),
      );
    if (onFlowing)
      endpoint.on(
        "MediaFlowOutStateChanged",
        whileOpen(({ state }) => state === "FLOWING" && onFlowing()),
      );
  }
}
