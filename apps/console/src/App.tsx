import { mayWatch, type Session } from "@barecast/core";
import { Login } from "./Login";
import { NotAllowed } from "./NotAllowed";
import { Room } from "./Room";
import { useObservable } from "./useObservable";

export function App({ session, title }: { session: Session; title: string }) {
  const state = useObservable(session.state);
  if (state.status === "unknown") {
    return (
      <main className="waiting" role="status">
        {state.error ?? "One moment…"}
      </main>
    );
  }
  if (state.status !== "signedIn")
    return <Login session={session} title={title} isBusy={state.status === "signingIn"} error={state.error} />;
  if (!mayWatch(state.user)) return <NotAllowed session={session} user={state.user} title={title} />;
  return <Room key={state.user.id} session={session} user={state.user} title={title} />;
}
