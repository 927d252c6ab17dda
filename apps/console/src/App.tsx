import type { Session } from "@barecast/core";
import { Login } from "./Login";
import { Room } from "./Room";
import { useObservable } from "./useObservable";

export function App({ session, title }: { session: Session; title: string }) {
  const state = useObservable(session.state);
  if (state.status === "unknown") return <p className="waiting">One moment…</p>;
  if (state.status === "signedIn") return <Room key={state.user.id} session={session} user={state.user} title={title} />;
  return <Login session={session} title={title} isBusy={state.status === "signingIn"} error={state.error} />;
}
