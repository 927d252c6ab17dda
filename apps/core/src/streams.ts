import type { StreamView } from "@barecast/signaling/messages";
import type { Connection } from "./connection";
import { State, type Observable } from "./observable";
import { Problem } from "./problem";

export interface StreamsState {
  /** `null` until the first list came; the last known one while the connection is lost. */
  readonly streams: readonly StreamView[] | null;
  readonly error?: string;
}

/** The live streams, kept up to date over reconnections. `close` stops following. */
export interface Streams {
  readonly state: Observable<StreamsState>;
  close(): void;
}

export function followStreams(connection: Connection): Streams {
  const state = new State<StreamsState>({ streams: null });
  const watch = async () => {
    if (connection.state.getSnapshot().status !== "open") return;
    try {
      await connection.request({ type: "watch" }, "streams");
    } catch (error) {
      if (error instanceof Problem && error.code !== "offline") state.set({ ...state.getSnapshot(), error: error.message });
    }
  };
  const stopState = connection.state.subscribe(() => void watch());
  const stopMessages = connection.onMessage((message) => {
    if (message.type === "streams") state.set({ streams: message.streams });
    // Nobody asked: the right to watch was taken away.
    else if (message.type === "error" && message.id === undefined && message.code === "forbidden")
      state.set({ streams: [], error: message.message });
  });
  void watch();
  return {
    state,
    close() {
      stopState();
      stopMessages();
    },
  };
}
