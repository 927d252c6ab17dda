import type { Connection, StreamView } from "@barecast/core";
import { Tile } from "./Tile";
import { useObservable } from "./useObservable";

export function Wall({ connection, streams }: { connection: Connection; streams: readonly StreamView[] | null }) {
  const isStale = useObservable(connection.state).status !== "open";
  if (!streams) return <p className="waiting">Looking for live streams…</p>;
  return (
    <section className="wall" data-testid="wall" aria-label="Live streams">
      {streams.length === 0 ? <p className="empty">Nobody is live. A stream appears here by itself when it begins.</p> : null}
      {streams.map((stream) => (
        <Tile key={stream.id} connection={connection} stream={stream} isStale={isStale} />
      ))}
    </section>
  );
}
