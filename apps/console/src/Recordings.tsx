import { useEffect, useRef, useState } from "react";
import { listRecordings, Problem, recordingUrl, type Recording } from "@barecast/core";

const rereadMs = 5000;

/** `liveIds`: the list is read again when a stream begins or ends, and every few seconds while something in it is not finished. */
export function Recordings({ liveIds, onSignedOut }: { liveIds: readonly string[]; onSignedOut: (reason: string) => void }) {
  const [list, setList] = useState<readonly Recording[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Recording | null>(null);
  const [reading, setReading] = useState(0);
  const live = liveIds.join(" ");
  const isUnfinished = error !== null || (list?.some(({ endedAt }) => endedAt === null) ?? false);
  useEffect(() => {
    if (!isUnfinished) return;
    const timer = setInterval(() => setReading((count) => count + 1), rereadMs);
    return () => clearInterval(timer);
  }, [isUnfinished]);
  useEffect(() => {
    let isWanted = true;
    listRecordings().then(
      (recordings) => isWanted && (setList(recordings), setError(null)),
      (problem: Error) => {
        if (!isWanted) return;
        if (problem instanceof Problem && problem.code === "unauthenticated") onSignedOut(problem.message);
        else setError(problem.message);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [live, reading]);
  return (
    <section className="recordings" data-testid="recordings" aria-label="Recordings">
      {chosen ? <Playback recording={chosen} onClose={() => setChosen(null)} /> : null}
      <div className="bar">
        <h2>Recordings</h2>
        <button onClick={() => setReading(reading + 1)}>Refresh</button>
      </div>
      {error ? (
        <p className="error" role="alert">
          {error}
        </p>
      ) : null}
      {list === null && !error ? <p className="waiting">Looking for recordings…</p> : null}
      {list?.length === 0 ? <p className="empty">Nothing is recorded yet.</p> : null}
      <ul>
        {list?.map((recording) => (
          <li key={recording.file}>
            <button
              data-testid="recording"
              data-file={recording.file}
              data-stream-id={recording.streamId}
              aria-pressed={chosen?.file === recording.file}
              onClick={() => setChosen(recording)}
            >
              <strong>{recording.title}</strong>
              <time dateTime={recording.startedAt}>{new Date(recording.startedAt).toLocaleString()}</time>
              <span>{lengthOf(recording)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Playback({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const [error, setError] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  // The list may be long: what was chosen far below plays above.
  useEffect(() => {
    setError(null);
    place.current?.scrollIntoView({ block: "nearest" });
  }, [recording.file]);
  return (
    <div className="player" ref={place}>
      <video
        key={recording.file}
        data-testid="playback"
        src={recordingUrl(recording)}
        controls
        autoPlay
        muted
        playsInline
        preload="auto"
        aria-label={`Recording of ${recording.title}`}
        onError={() =>
          setError(`${recording.title} cannot be played. ${recording.endedAt ? "The file may be missing" : "It is still being recorded"}`)
        }
        onLoadedData={() => setError(null)}
      />
      {error ? (
        <p className="error" role="alert">
          {error}
        </p>
      ) : null}
      <div className="bar">
        <h2>{recording.title}</h2>
        <button onClick={onClose}>Close</button>
      </div>
    </div>
  );
}

function lengthOf({ startedAt, endedAt }: Recording): string {
  if (!endedAt) return "recording now";
  const seconds = Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000));
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
