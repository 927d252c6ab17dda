const picture: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 360 },
  frameRate: { ideal: 30 },
  facingMode: "environment",
};

/** What a device gives: picture and sound, or the picture alone. */
export interface Camera {
  readonly media: MediaStream;
  readonly hasSound: boolean;
}

/** The device's camera; its microphone too, where there is one and it is allowed. @throws DOMException of the camera itself */
export async function openCamera(devices: Pick<MediaDevices, "getUserMedia"> = navigator.mediaDevices): Promise<Camera> {
  try {
    return { media: await devices.getUserMedia({ video: picture, audio: true }), hasSound: true };
  } catch {
    // Asked for both, a browser names no culprit: the picture alone is tried, and its own refusal told.
    return { media: await devices.getUserMedia({ video: picture }), hasSound: false };
  }
}

/** Why the camera cannot be had, in words (the names of DOMException that `getUserMedia` rejects with). */
export function cameraProblem(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (!("mediaDevices" in navigator)) return "The camera works only on https:// pages. Open this page by its https:// address";
  if (name === "NotAllowedError")
    return "The camera is not allowed. Allow camera and microphone for this page in the browser, then try again";
  if (name === "NotFoundError") return "There is no camera on this device. Connect one, then try again";
  if (name === "NotReadableError") return "The camera is used by another program. Close that, then try again";
  return `The camera cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
