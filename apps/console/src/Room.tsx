import { useEffect, useState } from "react";
import { Connection, followStreams, type Session, type Streams, type User } from "@barecast/core";
import { Recordings } from "./Recordings";
import { useObservable } from "./useObservable";
import { Wall } from "./Wall";

interface Link {
  connection: Connection;
  streams: Streams;
}

/** The room of a signed-in person: one connection for as long as it is shown. */
export function Room({ session, user, title }: { session: Session; user: User; title: string }) {
  const [link, setLink] = useState<Link | null>(null);
  useEffect(() => {
    const connection = new Connection({ url: `${location.origin.replace(/^http/, "ws")}/ws` });
    const streams = followStreams(connection);
    const unsubscribe = connection.state.subscribe(() => {
      const state = connection.state.getSnapshot();
      if (state.status === "closed" && state.error) session.expire(state.error);
    });
    setLink({ connection, streams });
    return () => {
      unsubscribe();
      streams.close();
      connection.close();
    };
  }, [session]);
  if (!link) return null;
  return <OpenRoom {...link} session={session} user={user} title={title} />;
}

const tabs = { wall: "Live", recordings: "Recordings" } as const;

function OpenRoom({ connection, streams, session, user, title }: Link & { session: Session; user: User; title: string }) {
  const [tab, setTab] = useState<keyof typeof tabs>("wall");
  const state = useObservable(connection.state);
  const { streams: list, error } = useObservable(streams.state);
  const trouble = (state.status === "connecting" && state.error) || error;
  return (
    <>
      <header>
        <h1>{title}</h1>
        <nav aria-label="Views">
          {Object.entries(tabs).map(([key, label]) => (
            <button key={key} aria-current={tab === key ? "page" : undefined} onClick={() => setTab(key as keyof typeof tabs)}>
              {label}
              {key === "wall" && list ? <span className="count">{list.length}</span> : null}
            </button>
          ))}
        </nav>
        <span className="person">{user.name}</span>
        <button data-testid="sign-out" onClick={() => void session.signOut()}>
          Sign out
        </button>
      </header>
      <p className="trouble" role="status" hidden={!trouble}>
        {trouble}
      </p>
      <main>
        {tab === "wall" ? (
          <Wall connection={connection} streams={list} />
        ) : (
          <Recordings liveIds={(list ?? []).map(({ id }) => id)} onSignedOut={(reason) => session.expire(reason)} />
        )}
      </main>
    </>
  );
}
