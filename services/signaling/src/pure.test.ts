import { createHmac } from "node:crypto";
import { parseConfig } from "./config";
import { sessionCookieHeader, sessionTokenOf } from "./cookie";
import { logLine } from "./log";
import { addressWithCredentials } from "./media/cameraFault";
import { isAllowedOrigin } from "./origin";
import { mediaSections, offerProblem, recordingProfile } from "./sdp";
import { tokenBucket } from "./tokenBucket";
import { turnCredentials } from "./turnCredentials";

test("TURN credentials expire, name the user and are signed as coturn checks them", () => {
  const now = Date.parse("2026-01-02T03:04:05.678Z");
  const turn = { urls: ["turn:t:3478?transport=udp", "turns:t:443?transport=tcp"], ttlSeconds: 3600 };
  expect(turnCredentials(turn, "secret", "u1", now)).toEqual([
    {
      urls: ["turn:t:3478?transport=udp", "turns:t:443?transport=tcp"],
      username: "1767326645:u1",
      credential: createHmac("sha1", "secret").update("1767326645:u1").digest("base64"),
    },
  ]);
  expect(turnCredentials({ urls: [], ttlSeconds: 60 }, "secret", "u1", now)).toEqual([]);
});

test.each([
  ["https://a.example", true],
  ["https://a.example:444", false],
  ["http://a.example", false],
  ["null", false],
  ["https://a.example.evil", false],
  [undefined, true],
])("origin %s: %s", (origin, isAllowed) => {
  expect(isAllowedOrigin(origin, ["https://a.example", "https://a.example:8443"])).toBe(isAllowed);
});

test("log lines are JSON and hold no credentials", () => {
  const line = logLine("warn", "Camera rtsp://u:p@h/x is down", { url: "rtsp://u:p%40w@10.0.0.1:554/a?b=c", tries: 2 }, new Date(0));
  expect(line).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","message":"Camera rtsp://h/x is down","url":"rtsp://10.0.0.1:554/a?b=c","tries":2}',
  );
});

const answer = (video: string, audioPort: number) =>
  `v=0\r\nm=audio ${audioPort} UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\nm=video 1 UDP/TLS/RTP/SAVPF 97 96\r\na=rtpmap:97 rtx/90000\r\na=rtpmap:96 ${video}/90000\r\n`;

test("recording follows the codec that was agreed on", () => {
  expect(recordingProfile(answer("VP8", 1))).toEqual({ profile: "WEBM", extension: "webm", media: ["VIDEO", "AUDIO"] });
  expect(recordingProfile(answer("H264", 1))).toEqual({ profile: "MKV", extension: "mkv", media: ["VIDEO", "AUDIO"] });
  expect(recordingProfile(answer("H264", 0))).toEqual({ profile: "MKV_VIDEO_ONLY", extension: "mkv", media: ["VIDEO"] });
  expect(mediaSections(answer("VP8", 0))).toEqual([
    { kind: "audio", isActive: false, codecs: ["OPUS"] },
    { kind: "video", isActive: true, codecs: ["VP8"] },
  ]);
});

test("offers without a picture are refused before the media server is asked", () => {
  expect(offerProblem(answer("VP8", 1))).toBeNull();
  expect(offerProblem("hello")).toBe("The offer is no session description with media in it");
  expect(offerProblem("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")).toBe("The offer has no video");
});

test("the bucket gives a burst, then so many a second", () => {
  let now = 0;
  const bucket = tokenBucket(2, 10, () => now);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  now = 100;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
});

test("the session cookie goes there and back", () => {
  expect(sessionCookieHeader("r:a b;c")).toBe("barecast_session=r%3Aa%20b%3Bc; Path=/; HttpOnly; Secure; SameSite=Strict");
  expect(sessionCookieHeader(null)).toBe("barecast_session=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0");
  expect(sessionTokenOf("x=1; barecast_session=r%3Aa%20b%3Bc; y=2")).toBe("r:a b;c");
  expect(sessionTokenOf("other=1")).toBeUndefined();
  expect(sessionTokenOf("barecast_session=%E0%A4%A")).toBeUndefined();
});

test("credentials in a camera's address are percent-encoded", () => {
  expect(addressWithCredentials("rtsp://10.0.0.9:554/a", "ad:min", "p@ss/word")).toBe("rtsp://ad%3Amin:p%40ss%2Fword@10.0.0.9:554/a");
  expect(addressWithCredentials("rtsp://10.0.0.9/a", undefined, undefined)).toBe("rtsp://10.0.0.9/a");
});

test("every problem of the configuration is told with file and key", () => {
  const config = {
    origins: ["https://a.example/"],
    media: [],
    parse: { url: "http://parse:1337/api", applicationId: "barecast" },
    turn: { urls: ["http://x"] },
    recordings: { phones: true, folder: "recordings" },
    loglevel: "info",
  };
  expect(() => parseConfig(JSON.stringify(config), "s.json")).toThrow(
    [
      "s.json: origins.0: Expected an origin such as https://site.example:8443",
      "s.json: media: Too small: expected array to have >=1 items",
      "s.json: turn.urls.0: Invalid string: must match pattern /^(turns?|stun):/",
      's.json: recordings.folder: Invalid string: must start with "/"',
      's.json: (whole file): Unrecognized key: "loglevel"',
    ].join("\n"),
  );
  expect(() => parseConfig("{", "s.json")).toThrow(/^s\.json: Expected JSON: /);
});
