import type { Connection } from "./connection";
import { KeptPeer } from "./keptPeer";
import { State, type Observable } from "./observable";
import { browserPeerConnection, type PeerConnectionFactory } from "./peer";

export interface ViewState {
  readonly status: "connecting" | "playing" | "reconnecting" | "ended";
  /** What came so far; give it to a video element as `srcObject`. */
  readonly media: MediaStream | null;
  readonly reason?: string;
}

export interface View {
  readonly state: Observable<ViewState>;
  /** Tries at once when it is waiting to try again (the stream's state changed to live). */
  nudge(): void;
  stop(): void;
}

/** Views a live stream, and again whenever the connection had been lost, until `stop` or the stream's end. */
export function view(connection: Connection, streamId: string, makePeer: PeerConnectionFactory = browserPeerConnection): View {
  const state = new State<ViewState>({ status: "connecting", media: null });
  const change = (next: Partial<ViewState>) => state.set({ ...state.getSnapshot(), reason: undefined, ...next });
  const prepare = (rtc: RTCPeerConnection) => {
    for (const kind of ["video", "audio"] as const) rtc.addTransceiver(kind, { direction: "recvonly" });
    // Media servers group tracks as they like: one MediaStream of ours holds them all.
    const media = new MediaStream();
    rtc.ontrack = ({ track }) => {
      media.addTrack(track);
      change({ media });
    };
  };
  const peer = new KeptPeer(
    connection,
    { request: { type: "view", streamId }, prepare, makePeer },
    {
      onTrying: () => state.getSnapshot().status !== "reconnecting" && change({ status: "connecting" }),
      onConnected: () => change({ status: "playing" }),
      onBroken: (reason) => state.set({ status: "reconnecting", media: null, reason }),
      onFailed: (reason) => state.set({ status: "ended", media: null, reason }),
    },
  );
  return {
    state,
    nudge: () => peer.nudge(),
    stop() {
      peer.close();
      state.set({ status: "ended", media: null });
    },
  };
}
