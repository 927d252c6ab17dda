import { useEffect, useRef, useState } from "react";
import { view, type Connection, type StreamView, type View, type ViewState } from "@barecast/core";

const kinds = { phone: "Phone", camera: "Camera" } as const;
const words = { connecting: "Connecting", live: "Live", down: "Down" } as const;

/** `isStale`: the connection is lost, so that what is known of the stream may be past. */
export function Tile({ connection, stream, isStale }: { connection: Connection; stream: StreamView; isStale: boolean }) {
  const { id, title, kind, state, reason, viewers, isRecording } = stream;
  const shown = useView(connection, id, state !== "down");
  const [isMuted, setMuted] = useState(true);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current && video.current.srcObject !== shown.media) video.current.srcObject = shown.media;
  }, [shown.media]);
  const notice = noticeOf(stream, shown);
  return (
    <article className={`tile ${state}`} data-testid="tile" data-state={state} aria-label={title}>
      <div className="picture">
        <video ref={video} data-stream-id={id} autoPlay muted={isMuted} playsInline aria-label={`Picture of ${title}`} />
        {notice ? (
          <p className="notice" role="status">
            {notice}
          </p>
        ) : null}
      </div>
      <footer>
        <h2 title={title}>{title}</h2>
        {isStale ? <span className="badge">Not connected</span> : <span className={`badge ${state}`}>{words[state]}</span>}
        {isRecording && !isStale ? <span className="badge recording">Recording</span> : null}
        <span className="detail">
          {kinds[kind]} · {viewers} {viewers === 1 ? "viewer" : "viewers"}
        </span>
        {state === "down" ? null : (
          <button aria-label={`${isMuted ? "Unmute" : "Mute"} ${title}`} onClick={() => setMuted(!isMuted)}>
            {isMuted ? "Unmute" : "Mute"}
          </button>
        )}
      </footer>
      {state === "down" && reason ? <p className="reason">{reason}</p> : null}
    </article>
  );
}

function noticeOf({ state }: StreamView, { status, reason }: ViewState): string | null {
  if (state === "down") return "No picture";
  if (status === "playing") return null;
  if (status === "connecting") return "Connecting…";
  return reason ?? "Ended";
}

/** Joins when the stream can be joined, stays joined while it is shown, and tries at once when a stream that was down is back. */
function useView(connection: Connection, streamId: string, isUp: boolean): ViewState {
  const [state, setState] = useState<ViewState>({ status: "connecting", media: null });
  const current = useRef<View | null>(null);
  useEffect(() => {
    if (!isUp) return;
    if (current.current && current.current.state.getSnapshot().status !== "ended") return current.current.nudge();
    const joined = view(connection, streamId);
    current.current = joined;
    setState(joined.state.getSnapshot());
    joined.state.subscribe(() => current.current === joined && setState(joined.state.getSnapshot()));
  }, [connection, streamId, isUp]);
  useEffect(
    () => () => {
      current.current?.stop();
      current.current = null;
    },
    [connection, streamId],
  );
  return state;
}
