import { mayPublish, type Session, type User } from "@barecast/core";

/** For people who are signed in and have nothing to see here: what is missing, and where they belong. */
export function NotAllowed({ session, user, title }: { session: Session; user: User; title: string }) {
  return (
    <main className="card">
      <section>
        <h1>{title}</h1>
        <p className="error" role="alert" data-testid="not-allowed">
          {user.name} may not watch streams: the role operator is needed
        </p>
        {mayPublish(user) ? <a href="/report/">Report: publish your camera</a> : null}
        <button data-testid="sign-out" onClick={() => void session.signOut()}>
          Sign out
        </button>
      </section>
    </main>
  );
}
