import { createRoot } from "react-dom/client";
import { Session } from "@barecast/core";
import { App } from "./App";
import { readTitle } from "./settings";
import "./style.css";

const session = new Session();
void session.restore();
void readTitle().then((title) => {
  document.title = title;
  createRoot(document.getElementById("root")!).render(<App session={session} title={title} />);
});
