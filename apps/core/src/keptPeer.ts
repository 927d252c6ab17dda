import { backoffMs } from "./backoff";
import type { Connection } from "./connection";
import { Peer, type PeerConnectionFactory } from "./peer";
import { isPassing, Problem } from "./problem";

export interface KeptPeerEvents {
  onTrying(): void;
  onConnected(streamId: string): void;
  /** It broke; another try follows. */
  onBroken(reason: string): void;
  /** Over for good. */
  onFailed(reason: string): void;
}

export interface KeptPeerPlan {
  readonly request: { type: "publish"; title: string } | { type: "view"; streamId: string };
  /** Adds what is sent or received. */
  prepare(rtc: RTCPeerConnection): void;
  readonly makePeer: PeerConnectionFactory;
}

/** A peer that is made again when it breaks or the signaling connection comes back, until `close` or a refusal that stays. */
export class KeptPeer {
  private peer: Peer | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;
  private readonly stopFollowing: () => void;

  constructor(
    private readonly connection: Connection,
    private readonly plan: KeptPeerPlan,
    private readonly events: KeptPeerEvents,
  ) {
    let wasOpen = connection.state.getSnapshot().status === "open";
    this.stopFollowing = connection.state.subscribe(() => {
      const { status } = connection.state.getSnapshot();
      if (status === "open" && !wasOpen) this.begin();
      if (status !== "open" && wasOpen) this.onConnectionLost();
      wasOpen = status === "open";
    });
    if (wasOpen) this.begin();
  }

  /** Tries at once instead of waiting. */
  nudge(): void {
    if (!this.isOver && !this.peer && this.connection.state.getSnapshot().status === "open") this.begin();
  }

  close(): void {
    this.isOver = true;
    this.stopFollowing();
    clearTimeout(this.retry);
    this.peer?.close();
    this.peer = null;
  }

  private begin(): void {
    clearTimeout(this.retry);
    if (this.isOver || this.peer) return;
    this.events.onTrying();
    const rtc = this.plan.makePeer({ iceServers: this.connection.iceServers, bundlePolicy: "max-bundle" });
    let streamId: string | null = null;
    let isConnected = false;
    const tell = () => {
      if (!isConnected || streamId === null || this.peer !== peer) return;
      this.tries = 0;
      this.events.onConnected(streamId);
    };
    const peer: Peer = new Peer(this.connection, rtc, {
      onConnected: () => {
        isConnected = true;
        tell();
      },
      onLost: (reason) => this.peer === peer && this.tryAgain(reason),
    });
    this.peer = peer;
    this.plan.prepare(rtc);
    peer.start(this.plan.request).then(
      (id) => {
        streamId = id;
        tell();
      },
      (error: unknown) => {
        if (this.peer !== peer) return;
        peer.close();
        const reason = error instanceof Error ? error.message : String(error);
        if (isPassing(error) || !(error instanceof Problem)) this.tryAgain(reason);
        else this.fail(reason);
      },
    );
  }

  private tryAgain(reason: string): void {
    this.peer = null;
    this.events.onBroken(reason);
    this.retry = setTimeout(
      () => this.connection.state.getSnapshot().status === "open" && this.begin(),
      backoffMs(this.tries++, 200, 10_000),
    );
  }

  /** The server gives back what belongs to a lost connection: the peer has to be made again. */
  private onConnectionLost(): void {
    clearTimeout(this.retry);
    const { peer } = this;
    this.peer = null;
    peer?.close();
    const state = this.connection.state.getSnapshot();
    if (state.status === "closed") this.fail(state.error ?? "Signed out");
    else this.events.onBroken("The connection to the server was lost. Trying again");
  }

  private fail(reason: string): void {
    this.close();
    this.events.onFailed(reason);
  }
}
