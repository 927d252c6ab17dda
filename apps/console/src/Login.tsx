import { useEffect, useRef } from "react";
import type { Session } from "@barecast/core";

interface LoginProps {
  session: Session;
  title: string;
  isBusy: boolean;
  error: string | undefined;
}

export function Login({ session, title, isBusy, error }: LoginProps) {
  const submit = (form: FormData) => void session.signIn(String(form.get("username")), String(form.get("password")));
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error && password.current?.value) password.current.select(); // most often it is the password that was wrong
  }, [error, isBusy]);
  return (
    <main className="card">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <h1>{title}</h1>
        <label>
          User name
          <input data-testid="login-username" name="username" autoComplete="username" autoCapitalize="none" required autoFocus />
        </label>
        <label>
          Password
          <input
            ref={password}
            data-testid="login-password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            aria-describedby="login-error"
          />
        </label>
        <p id="login-error" className="error" role="alert" data-testid="login-error" hidden={!error}>
          {error}
        </p>
        <button data-testid="login-submit" type="submit" disabled={isBusy}>
          {isBusy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
