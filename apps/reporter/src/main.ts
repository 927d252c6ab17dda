import { Session } from "@barecast/core";
import { element } from "./page";
import { openStudio, type Studio } from "./studio";

const session = new Session();
const login = element("login", HTMLFormElement);
const studio = element("studio", HTMLElement);
let open: Studio | null = null;

login.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(login);
  void session.signIn(String(form.get("username")), String(form.get("password")));
});
element("sign-out", HTMLButtonElement).addEventListener("click", () => void session.signOut());

function show(): void {
  const state = session.state.getSnapshot();
  const isSignedIn = state.status === "signedIn";
  login.hidden = isSignedIn || state.status === "unknown";
  studio.hidden = !isSignedIn;
  const error = login.querySelector<HTMLElement>("[data-testid=login-error]")!;
  error.textContent = "error" in state ? (state.error ?? "") : "";
  error.hidden = error.textContent === "";
  login.querySelector("button")!.disabled = state.status === "signingIn";
  if (isSignedIn && !open) open = openStudio(session, state.user);
  if (!isSignedIn && open) {
    open.close();
    open = null;
  }
}

session.state.subscribe(show);
void session.restore();
void fetch("/config.json")
  .then((response) => response.json() as Promise<{ title?: string }>)
  .then(({ title }) => {
    if (!title) return;
    document.title = `Report · ${title}`;
    element("title", HTMLElement).textContent = `Report · ${title}`;
  })
  .catch(() => undefined); // the page works without its title
