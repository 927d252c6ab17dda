import { ConfigError, defaultConfig, firstAddress, loadConfig } from "./config";

const defaults = { ...defaultConfig(), mediaAddress: "192.0.2.7" };

test("nothing set", () => {
  expect(loadConfig({ PATH: "/bin" }, defaults)).toEqual({
    controlAddress: "127.0.0.1",
    controlPort: 8888,
    mediaAddress: "192.0.2.7",
    minPort: 40000,
    maxPort: 40999,
    recordingsFolder: "/recordings",
    logLevel: "info",
    sessionTimeoutMs: 240_000,
    cameraSilenceMs: 5_000,
    publisherMaxBps: 3_000_000,
    ffmpeg: "ffmpeg",
  });
});

test("everything set", () => {
  const env = {
    MEDIA_CONTROL_ADDRESS: "192.0.2.8",
    MEDIA_CONTROL_PORT: "9999",
    MEDIA_ADDRESS: "192.0.2.9",
    MEDIA_MIN_PORT: "50000",
    MEDIA_MAX_PORT: "50100",
    MEDIA_RECORDINGS: "/data",
    MEDIA_LOG_LEVEL: "debug",
    MEDIA_SESSION_TIMEOUT_SECONDS: "60",
    MEDIA_CAMERA_SILENCE_SECONDS: "2",
    MEDIA_PUBLISHER_MAX_KBPS: "5000",
    MEDIA_FFMPEG: "/opt/ffmpeg",
  };
  expect(loadConfig(env, defaults)).toEqual({
    controlAddress: "192.0.2.8",
    controlPort: 9999,
    mediaAddress: "192.0.2.9",
    minPort: 50000,
    maxPort: 50100,
    recordingsFolder: "/data",
    logLevel: "debug",
    sessionTimeoutMs: 60_000,
    cameraSilenceMs: 2_000,
    publisherMaxBps: 5_000_000,
    ffmpeg: "/opt/ffmpeg",
  });
});

test("all problems at once", () => {
  const env = {
    MEDIA_ADDRESS: "localhost",
    MEDIA_CONTROL_PORT: "70000",
    MEDIA_MIN_PORT: "50000",
    MEDIA_MAX_PORT: "50000",
    MEDIA_COLOUR: "red",
  };
  const load = () => loadConfig(env, defaults);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(
    [
      'MEDIA_ADDRESS: Expected an IPv4 address, found "localhost"',
      'MEDIA_CONTROL_PORT: Expected a port number from 0 to 65535, found "70000"',
      "MEDIA_COLOUR: Unknown setting. Known are MEDIA_CONTROL_ADDRESS, MEDIA_CONTROL_PORT, MEDIA_ADDRESS, MEDIA_MIN_PORT, MEDIA_MAX_PORT, MEDIA_RECORDINGS, MEDIA_LOG_LEVEL, MEDIA_SESSION_TIMEOUT_SECONDS, MEDIA_CAMERA_SILENCE_SECONDS, MEDIA_PUBLISHER_MAX_KBPS, MEDIA_FFMPEG",
      "MEDIA_MAX_PORT: Expected a port above MEDIA_MIN_PORT 50000, found 50000",
    ].join("\n"),
  );
});

test("a machine without a network has to be told its address", () => {
  expect(firstAddress({})).toBeUndefined();
  expect(() => loadConfig({}, { ...defaults, mediaAddress: "" })).toThrow(
    "MEDIA_ADDRESS: This machine has no IPv4 address but loopback. Set the address media shall use",
  );
});
