import type { Connection } from "./connection";
import { KeptPeer } from "./keptPeer";
import { State, type Observable } from "./observable";
import { browserPeerConnection, type PeerConnectionFactory } from "./peer";

export type PublishState =
  | { readonly status: "connecting" }
  | { readonly status: "live"; readonly streamId: string }
  | { readonly status: "reconnecting" | "failed"; readonly reason: string }
  | { readonly status: "stopped" };

export interface Publication {
  readonly state: Observable<PublishState>;
  /** Takes the stream off the wall. The MediaStream's tracks stay the caller's. */
  stop(): void;
}

/** Publishes a MediaStream under a title, and again whenever the connection had been lost, until `stop`. */
export function publish(
  connection: Connection,
  stream: MediaStream,
  title: string,
  makePeer: PeerConnectionFactory = browserPeerConnection,
): Publication {
  const state = new State<PublishState>({ status: "connecting" });
  const prepare = (rtc: RTCPeerConnection) => {
    for (const track of stream.getTracks()) rtc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
  };
  const peer = new KeptPeer(
    connection,
    { request: { type: "publish", title }, prepare, makePeer },
    {
      onTrying: () => state.getSnapshot().status !== "reconnecting" && state.set({ status: "connecting" }),
      onConnected: (streamId) => state.set({ status: "live", streamId }),
      onBroken: (reason) => state.set({ status: "reconnecting", reason }),
      onFailed: (reason) => state.set({ status: "failed", reason }),
    },
  );
  return {
    state,
    stop() {
      peer.close();
      state.set({ status: "stopped" });
    },
  };
}
