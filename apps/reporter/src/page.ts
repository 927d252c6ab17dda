/** An element of index.html by id and type. @throws when the page and this code do not belong together. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} with the id ${id}`);
  return found;
}

/** Why the camera cannot be had, in words (the names of DOMException that `getUserMedia` rejects with). */
export function cameraProblem(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (!("mediaDevices" in navigator)) return "The camera works only on https:// pages. Open this page by its https:// address";
  if (name === "NotAllowedError")
    return "The camera is not allowed. Allow camera and microphone for this page in the browser, then try again";
  if (name === "NotFoundError") return "There is no camera on this device";
  if (name === "NotReadableError") return "The camera is used by another program. Close that, then try again";
  return `The camera cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
