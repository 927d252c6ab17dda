import { Connection, publish, type Publication, type PublishState, type Session, type User } from "@barecast/core";
import { cameraProblem, element } from "./page";

export interface Studio {
  close(): void;
}

const wanted: MediaStreamConstraints = {
  video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 30 }, facingMode: "environment" },
  audio: true,
};

/** Camera preview, going live and stopping, for one signed-in person. */
export function openStudio(session: Session, user: User): Studio {
  const parts = {
    preview: element("preview", HTMLVideoElement),
    title: element("stream-title", HTMLInputElement),
    state: element("state", HTMLElement),
    error: element("error", HTMLElement),
    onAir: element("onair", HTMLElement),
    goLive: element("go-live", HTMLButtonElement),
    stop: element("stop", HTMLButtonElement),
  };
  const connection = new Connection({ url: `${location.origin.replace(/^http/, "ws")}/ws` });
  const listening = new AbortController();
  let camera: MediaStream | null = null;
  let publication: Publication | null = null;
  let isClosed = false;
  parts.title.value ||= user.name;

  const show = () => {
    const link = connection.state.getSnapshot();
    if (link.status === "closed" && link.error) return session.expire(link.error);
    const state = publication?.state.getSnapshot() ?? null;
    const isLive = state?.status === "live";
    parts.state.textContent = link.status === "open" ? wordsFor(state, camera !== null) : (link.error ?? "Connecting to the server…");
    parts.state.dataset["state"] = state?.status ?? "idle";
    parts.onAir.hidden = !isLive;
    const isGoing = state !== null && state.status !== "stopped" && state.status !== "failed";
    parts.goLive.hidden = isGoing;
    parts.goLive.disabled = link.status !== "open" || camera === null;
    parts.stop.hidden = !isGoing;
    parts.title.disabled = isGoing;
    say(state?.status === "failed" ? state.reason : "");
  };
  const say = (text: string) => {
    if (text === "" && camera === null) return; // the camera's problem stays
    parts.error.textContent = text;
    parts.error.hidden = text === "";
  };
  const startCamera = async () => {
    try {
      const media = await navigator.mediaDevices.getUserMedia(wanted);
      if (isClosed) return media.getTracks().forEach((track) => track.stop());
      camera = media;
      parts.preview.srcObject = media;
    } catch (error) {
      say(cameraProblem(error));
    }
    show();
  };
  const goLive = () => {
    if (!camera) return;
    publication = publish(connection, camera, parts.title.value.trim() || user.name);
    publication.state.subscribe(show);
    show();
  };

  const { signal } = listening;
  parts.goLive.addEventListener("click", goLive, { signal });
  parts.stop.addEventListener("click", () => publication?.stop(), { signal });
  const unsubscribe = connection.state.subscribe(show);
  show();
  void startCamera();
  return {
    close() {
      isClosed = true;
      listening.abort();
      unsubscribe();
      publication?.stop();
      connection.close();
      camera?.getTracks().forEach((track) => track.stop());
      parts.preview.srcObject = null;
    },
  };
}

function wordsFor(state: PublishState | null, hasCamera: boolean): string {
  if (!state || state.status === "stopped") return hasCamera ? "Ready. Nobody sees you yet" : "Waiting for the camera…";
  if (state.status === "connecting") return "Going live…";
  if (state.status === "live") return "You are live";
  return state.status === "reconnecting" ? `Interrupted: ${state.reason}` : "Not live";
}
