import { mayPublish, mayWatch, Session, type SessionState } from "@barecast/core";
import { element, show, textOf } from "./page";
import { openStudio, type Studio } from "./studio";

const session = new Session();
const login = element("login", HTMLFormElement);
const waiting = element("waiting", HTMLElement);
const notAllowed = element("not-allowed", HTMLElement);
const studio = element("studio", HTMLElement);
let open: Studio | null = null;

login.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(login);
  void session.signIn(String(form.get("username")), String(form.get("password")));
});
for (const button of document.querySelectorAll(".sign-out")) button.addEventListener("click", () => void session.signOut());

function follow(): void {
  const state = session.state.getSnapshot();
  const user = state.status === "signedIn" ? state.user : null;
  const isAllowed = user !== null && mayPublish(user);
  show(waiting, state.status === "unknown");
  waiting.textContent = (state.status === "unknown" && state.error) || "One moment…";
  show(login, state.status === "signedOut" || state.status === "signingIn");
  showLogin(state);
  show(notAllowed, user !== null && !isAllowed);
  if (user && !isAllowed) {
    textOf(notAllowed, "[data-testid=not-allowed]", `${user.name} may not publish: the role reporter is needed`);
    show(notAllowed.querySelector("a")!, mayWatch(user));
  }
  show(studio, isAllowed);
  if (user && isAllowed) open ??= openStudio(session, user);
  else {
    open?.close();
    open = null;
  }
}

function showLogin(state: SessionState): void {
  const text = ("error" in state && state.error) || "";
  show(textOf(login, "[data-testid=login-error]", text), text !== "");
  const isBusy = state.status === "signingIn";
  const button = login.querySelector("button")!;
  button.disabled = isBusy;
  button.textContent = isBusy ? "Signing in…" : "Sign in";
  if (text !== "") login.querySelector<HTMLInputElement>("[name=password]")!.select(); // most often it is the password that was wrong
}

session.state.subscribe(follow);
void session.restore();
void fetch("/config.json")
  .then((response) => response.json() as Promise<{ title?: string }>)
  .then(({ title }) => {
    if (!title) return;
    document.title = `Report · ${title}`;
    element("title", HTMLElement).textContent = `Report · ${title}`;
  })
  .catch(() => undefined); // the page works without its title
