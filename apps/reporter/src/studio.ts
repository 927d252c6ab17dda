import { Connection, publish, type Publication, type PublishState, type Session, type User } from "@barecast/core";
import { cameraProblem, openCamera, type Camera } from "./camera";
import { element, show } from "./page";

export interface Studio {
  close(): void;
}

const partsOfPage = () => ({
  preview: element("preview", HTMLVideoElement),
  title: element("stream-title", HTMLInputElement),
  state: element("state", HTMLElement),
  error: element("error", HTMLElement),
  onAir: element("onair", HTMLElement),
  goLive: element("go-live", HTMLButtonElement),
  stop: element("stop", HTMLButtonElement),
  tryCamera: element("try-camera", HTMLButtonElement),
});

/** Camera preview, going live and stopping, for one signed-in person. */
export function openStudio(session: Session, user: User): Studio {
  const parts = partsOfPage();
  const connection = new Connection({ url: `${location.origin.replace(/^http/, "ws")}/ws` });
  const listening = new AbortController();
  let camera: Camera | null = null;
  let problem: string | null = null;
  let publication: Publication | null = null;
  let isClosed = false;
  parts.title.value ||= user.name;

  const follow = () => {
    const link = connection.state.getSnapshot();
    if (link.status === "closed" && link.error) return session.expire(link.error);
    const state = publication?.state.getSnapshot() ?? null;
    const isGoing = state !== null && state.status !== "stopped" && state.status !== "failed";
    parts.state.textContent = link.status === "open" ? wordsFor(state, camera, problem) : (link.error ?? "Connecting to the server…");
    parts.state.dataset["state"] = state?.status ?? "idle";
    show(parts.onAir, state?.status === "live");
    show(parts.goLive, !isGoing && problem === null);
    parts.goLive.disabled = link.status !== "open" || camera === null;
    show(parts.stop, isGoing);
    show(parts.tryCamera, problem !== null);
    parts.title.disabled = isGoing;
    parts.error.textContent = problem ?? (state?.status === "failed" ? state.reason : "");
    show(parts.error, parts.error.textContent !== "");
  };
  const startCamera = async () => {
    problem = null;
    follow();
    try {
      const opened = await openCamera();
      if (isClosed) return stopTracks(opened);
      camera = opened;
      parts.preview.srcObject = opened.media;
      opened.media.getVideoTracks()[0]?.addEventListener("ended", () => loseCamera(opened));
    } catch (error) {
      problem = cameraProblem(error);
    }
    follow();
  };
  /** Unplugged, or taken back by its owner: what viewers would get is a still. */
  const loseCamera = (lost: Camera) => {
    if (camera !== lost || isClosed) return;
    stopTracks(lost);
    camera = null;
    problem = "The camera was taken away. Connect and allow it, then try again";
    publication?.stop();
    follow();
  };
  const goLive = () => {
    if (!camera) return;
    publication = publish(connection, camera.media, parts.title.value.trim() || user.name);
    publication.state.subscribe(follow);
    follow();
  };

  const { signal } = listening;
  parts.goLive.addEventListener("click", goLive, { signal });
  parts.stop.addEventListener("click", () => publication?.stop(), { signal });
  parts.tryCamera.addEventListener("click", () => void startCamera(), { signal });
  const unsubscribe = connection.state.subscribe(follow);
  void startCamera();
  return {
    close() {
      isClosed = true;
      listening.abort();
      unsubscribe();
      publication?.stop();
      connection.close();
      if (camera) stopTracks(camera);
      parts.preview.srcObject = null;
    },
  };
}

const stopTracks = ({ media }: Camera) => media.getTracks().forEach((track) => track.stop());

function wordsFor(state: PublishState | null, camera: Camera | null, problem: string | null): string {
  if (!state || state.status === "stopped") {
    if (camera) return `Ready. Nobody sees you yet${camera.hasSound ? "" : ". There is no microphone: you will be seen without sound"}`;
    return problem ? "Not ready" : "Waiting for the camera. Allow it if the browser asks";
  }
  if (state.status === "connecting") return "Going live…";
  if (state.status === "live") return "You are live";
  return state.status === "reconnecting" ? `Interrupted: ${state.reason}` : "Not live";
}
