import { cameraProblem, openCamera } from "./camera";

const refusal = (name: string) => Object.assign(new Error("refused"), { name });
/** A device that refuses what `refuse` names. */
const device = (refuse: { readonly sound?: string; readonly picture?: string }) => ({
  getUserMedia: async ({ audio }: MediaStreamConstraints = {}) => {
    if (refuse.picture) throw refusal(refuse.picture);
    if (audio && refuse.sound) throw refusal(refuse.sound);
    return { audio: Boolean(audio) } as unknown as MediaStream;
  },
});

test("a device without a microphone gives its picture alone", async () => {
  expect(await openCamera(device({}))).toEqual({ media: { audio: true }, hasSound: true });
  expect(await openCamera(device({ sound: "NotFoundError" }))).toEqual({ media: { audio: false }, hasSound: false });
  await expect(openCamera(device({ picture: "NotReadableError" }))).rejects.toMatchObject({ name: "NotReadableError" });
});

test.each([
  ["NotAllowedError", "The camera is not allowed. Allow camera and microphone for this page in the browser, then try again"],
  ["NotFoundError", "There is no camera on this device. Connect one, then try again"],
  ["NotReadableError", "The camera is used by another program. Close that, then try again"],
  ["Other", "The camera cannot be used: refused"],
])("%s in words", (name, words) => {
  Object.assign(navigator, { mediaDevices: {} });
  expect(cameraProblem(refusal(name))).toBe(words);
});

test("a page without https has no camera", () => {
  delete (navigator as { mediaDevices?: unknown }).mediaDevices;
  expect(cameraProblem(new TypeError("undefined"))).toBe("The camera works only on https:// pages. Open this page by its https:// address");
});
