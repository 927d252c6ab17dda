import { reasonOf } from "../log";
import type { Candidate } from "../messages";
import { Refusal } from "../refusal";
import { offerProblem } from "../sdp";
import type { Stream, StreamRegistry, Viewer } from "../streams";
import type { MediaServer } from "./server";
import { WebRtcConnection } from "./webRtc";

/** What a viewed stream tells its viewer. */
export interface ViewerEvents {
  onCandidate(candidate: Candidate): void;
  onEnded(reason: string): void;
}

/** One viewer of one stream. `end` gives back its endpoint, once. */
export class Viewing {
  private readonly connection: WebRtcConnection;
  private viewer: Viewer | null = null;
  private server: MediaServer | null = null;
  private isEnded = false;

  constructor(
    private readonly streams: StreamRegistry,
    private readonly stream: Stream,
    private readonly maxBitrateBps: number,
    private readonly events: ViewerEvents,
  ) {
    this.connection = new WebRtcConnection({
      onCandidate: (candidate) => events.onCandidate(candidate),
      onLost: (reason) => this.lose(reason),
    });
  }

  /** Answers the offer. @throws {Refusal}; no endpoint is left on the media server then. */
  async start(offer: string): Promise<string> {
    const problem = offerProblem(offer);
    if (problem) throw new Refusal("mediaRefused", problem);
    if (this.isEnded) throw new Refusal("mediaUnavailable", "The stream was left before it was joined");
    const { wiring, title, state, reason } = this.stream;
    if (!wiring?.server.isUp || state === "down")
      throw new Refusal("mediaUnavailable", reason ?? `${title} cannot be reached at the moment`);
    this.server = wiring.server;
    const kilobits = Math.floor(this.maxBitrateBps / 1000);
    try {
      const answer = await this.connection.negotiate(wiring.server, wiring.pipeline, offer, (endpoint) => {
        this.join(endpoint);
        const source = this.stream.wiring?.source;
        const connected = source ? [source.call("connect", endpoint)] : [];
        return [...connected, endpoint.call("setMaxVideoSendBandwidth", kilobits)];
      });
      if (this.isEnded) throw new Error("The stream has ended");
      return answer;
    } catch (error) {
      await this.end();
      throw new Refusal("mediaRefused", `The media server refused the connection: ${reasonOf(error)}`);
    }
  }

  gather(): void {
    this.connection.gather();
  }

  addCandidate(candidate: Candidate): void {
    this.connection.addCandidate(candidate);
  }

  async end(): Promise<void> {
    this.isEnded = true;
    if (this.viewer && this.stream.viewers.delete(this.viewer)) this.streams.changed();
    if (this.server?.isUp) await this.connection.release().catch(() => undefined);
  }

  /** From here on a source that is made anew (a camera that came back) is connected to this endpoint too. */
  private join(endpoint: Viewer["endpoint"]): void {
    this.viewer = { endpoint, onEnded: (reason) => this.lose(reason) };
    this.stream.viewers.add(this.viewer);
    this.streams.changed();
  }

  private lose(reason: string): void {
    if (this.isEnded) return;
    this.events.onEnded(reason);
    void this.end();
  }
}
