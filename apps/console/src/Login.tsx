import type { Session } from "@barecast/core";

interface LoginProps {
  session: Session;
  title: string;
  isBusy: boolean;
  error: string | undefined;
}

export function Login({ session, title, isBusy, error }: LoginProps) {
  const submit = (form: FormData) => void session.signIn(String(form.get("username")), String(form.get("password")));
  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <h1>{title}</h1>
        <label>
          User name
          <input data-testid="login-username" name="username" autoComplete="username" required autoFocus />
        </label>
        <label>
          Password
          <input data-testid="login-password" name="password" type="password" autoComplete="current-password" required />
        </label>
        <p className="error" role="alert" data-testid="login-error" hidden={!error}>
          {error}
        </p>
        <button data-testid="login-submit" type="submit" disabled={isBusy}>
          {isBusy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
