import { problemWith } from "./guards";

const startedAt = new Date("2026-01-02T03:04:05Z");
const recording = { streamId: "s-1", title: "Town hall", kind: "phone", startedAt, file: "s-1.webm", host: "one" };
const camera = { name: "gate", title: "Gate", state: "live", since: startedAt };
const stream = { streamId: "s-1", title: "Town hall", kind: "camera", startedAt };

test.each<[string, string, object, object | undefined, string | null]>([
  ["a good recording", "Recording", recording, undefined, null],
  ["a good stream", "Stream", stream, undefined, null],
  ["a recording that ends", "Recording", { ...recording, endedAt: new Date(+startedAt + 1) }, recording, null],
  ["a null end", "Recording", { ...recording, endedAt: null }, undefined, null],
  [
    "no file",
    "Recording",
    { ...recording, file: undefined },
    undefined,
    "Recording.file: Expected a name like <streamId>.webm or <streamId>.mkv, without a folder, found nothing",
  ],
  [
    "a file elsewhere",
    "Recording",
    { ...recording, file: "../x.webm" },
    undefined,
    'Recording.file: Expected a name like <streamId>.webm or <streamId>.mkv, without a folder, found "../x.webm"',
  ],
  ["a date as text", "Recording", { ...recording, startedAt: "today" }, undefined, 'Recording.startedAt: Expected a date, found "today"'],
  [
    "an end before the start",
    "Recording",
    { ...recording, endedAt: new Date(0) },
    undefined,
    "Recording.endedAt: Expected a time after startedAt (2026-01-02T03:04:05.000Z), found 1970-01-01T00:00:00.000Z",
  ],
  [
    "another file later",
    "Recording",
    { ...recording, file: "s-2.webm" },
    recording,
    "Recording.file: Cannot change after it was first saved",
  ],
  ["another user later", "Stream", stream, { ...stream, user: { objectId: "u" } }, "Stream.user: Cannot change after it was first saved"],
  ["an empty title", "Stream", { ...stream, title: " " }, undefined, 'Stream.title: Expected 1 to 120 characters, found " "'],
  ["a good camera", "Camera", camera, undefined, null],
  ["a camera that is down", "Camera", { ...camera, state: "down", reason: "No answer" }, camera, null],
  [
    "a camera in another state",
    "Camera",
    { ...camera, state: "asleep" },
    undefined,
    'Camera.state: Expected one of connecting, live, down, found "asleep"',
  ],
  ["a camera's address", "Camera", { ...camera, url: "rtsp://10.0.9.11/1" }, undefined, "Camera.url: Unknown field"],
  ["a class without rules", "Other", {}, undefined, "Other: No guard for this class"],
])("%s", (_name, className, next, previous, expected) => {
  expect(problemWith(className, next as never, previous as never, Object.keys(next))).toBe(expected);
});
