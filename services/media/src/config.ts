import { networkInterfaces } from "node:os";
import { isIPv4 } from "node:net";
import { LOG_LEVELS, type LogLevel } from "./log";

/** What the operator can set. Every field has a default; see {@link CONFIG_VARIABLES} for the environment variables. */
export interface MediaConfig {
  /** Address the control port listens on. It has no authentication: never reachable but by signaling. */
  controlAddress: string;
  /** TCP port of `/kurento` (WebSocket) and `/health`; 0 takes a free one. */
  controlPort: number;
  /** The one IPv4 address of this machine that media uses: ICE host candidates and plain RTP. */
  mediaAddress: string;
  /** UDP ports of media, both included. */
  minPort: number;
  maxPort: number;
  /** Folder that `file:///recordings/…` means; recordings are written nowhere else. */
  recordingsFolder: string;
  logLevel: LogLevel;
  /** Time after which a session without a connection is dropped and its objects are collected. */
  sessionTimeoutMs: number;
  /** Silence of a camera after which it counts as lost. */
  cameraSilenceMs: number;
  /** What a publisher is told it may send (REMB) unless its endpoint has a `maxVideoRecvBandwidth`. */
  publisherMaxBps: number;
  /** Program for cameras, files and recordings. */
  ffmpeg: string;
}

export class ConfigError extends Error {
  readonly code = "MEDIA_CONFIG";
  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
  }
}

type Environment = Record<string, string | undefined>;

const integer = (min: number, max: number, wanted: string) => (text: string) => {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? { value } : { wanted };
};
const port = (min: number) => integer(min, 65535, `a port number from ${min} to 65535`);
const ipv4 = (text: string) => (isIPv4(text) ? { value: text } : { wanted: "an IPv4 address" });
const absolute = (text: string) => (text.startsWith("/") ? { value: text } : { wanted: "an absolute path" });
const level = (text: string) =>
  (LOG_LEVELS as readonly string[]).includes(text) ? { value: text as LogLevel } : { wanted: `one of ${LOG_LEVELS.join(", ")}` };
const seconds = (text: string) => {
  const { value, wanted } = integer(1, 86_400, "whole seconds from 1 to 86400")(text) as { value?: number; wanted?: string };
  return value === undefined ? { wanted } : { value: value * 1000 };
};
const kilobits = (text: string) => {
  const { value, wanted } = integer(50, 100_000, "kbit/s from 50 to 100000")(text) as { value?: number; wanted?: string };
  return value === undefined ? { wanted } : { value: value * 1000 };
};
const text = (value: string) => ({ value });

/** Environment variable → field, with its check. */
export const CONFIG_VARIABLES: Record<string, { field: keyof MediaConfig; parse: (text: string) => { value?: unknown; wanted?: string } }> =
  {
    MEDIA_CONTROL_ADDRESS: { field: "controlAddress", parse: ipv4 },
    MEDIA_CONTROL_PORT: { field: "controlPort", parse: port(0) },
    MEDIA_ADDRESS: { field: "mediaAddress", parse: ipv4 },
    MEDIA_MIN_PORT: { field: "minPort", parse: port(1024) },
    MEDIA_MAX_PORT: { field: "maxPort", parse: port(1024) },
    MEDIA_RECORDINGS: { field: "recordingsFolder", parse: absolute },
    MEDIA_LOG_LEVEL: { field: "logLevel", parse: level },
    MEDIA_SESSION_TIMEOUT_SECONDS: { field: "sessionTimeoutMs", parse: seconds },
    MEDIA_CAMERA_SILENCE_SECONDS: { field: "cameraSilenceMs", parse: seconds },
    MEDIA_PUBLISHER_MAX_KBPS: { field: "publisherMaxBps", parse: kilobits },
    MEDIA_FFMPEG: { field: "ffmpeg", parse: text },
  };

/** First IPv4 address that is not loopback, or undefined on a machine without a network. */
export function firstAddress(interfaces = networkInterfaces()): string | undefined {
  return Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .find((entry) => entry.family === "IPv4" && !entry.internal)?.address;
}

export function defaultConfig(): MediaConfig {
  return {
    controlAddress: "127.0.0.1",
    controlPort: 8888,
    mediaAddress: firstAddress() ?? "",
    minPort: 40000,
    maxPort: 40999,
    recordingsFolder: "/recordings",
    logLevel: "info",
    sessionTimeoutMs: 240_000,
    cameraSilenceMs: 5_000,
    publisherMaxBps: 3_000_000,
    ffmpeg: "ffmpeg",
  };
}

/** @throws {@link ConfigError} with every problem found. */
export function loadConfig(env: Environment, defaults: MediaConfig = defaultConfig()): Readonly<MediaConfig> {
  const problems: string[] = [];
  const config: Record<string, unknown> = { ...defaults };
  for (const [name, found] of Object.entries(env)) {
    if (!name.startsWith("MEDIA_") || found === undefined) continue;
    const variable = CONFIG_VARIABLES[name];
    if (!variable) {
      problems.push(`${name}: Unknown setting. Known are ${Object.keys(CONFIG_VARIABLES).join(", ")}`);
      continue;
    }
    const { value, wanted } = variable.parse(found);
    if (wanted) problems.push(`${name}: Expected ${wanted}, found "${found}"`);
    else config[variable.field] = value;
  }
  const result = config as unknown as MediaConfig;
  if (result.mediaAddress === "")
    problems.push("MEDIA_ADDRESS: This machine has no IPv4 address but loopback. Set the address media shall use");
  if (result.minPort >= result.maxPort)
    problems.push(`MEDIA_MAX_PORT: Expected a port above MEDIA_MIN_PORT ${result.minPort}, found ${result.maxPort}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(result);
}
