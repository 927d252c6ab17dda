import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { logLevels } from "./log";

const port = z.number().int().min(1).max(65_535);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "Expected lower-case letters, digits and dashes");
const origin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, "Expected an origin such as https://site.example:8443");

/** The configuration file of the signaling server; secrets stand in files of their own. */
export const configSchema = z.strictObject({
  /** TCP port; 0 (tests only) takes a free one. */
  listen: z.union([port, z.literal(0)]).default(8080),
  /** Origins whose pages may connect. */
  origins: z.array(origin).min(1),
  /** Networks of the edge: only there `X-Forwarded-For` names the client. */
  trustedProxies: z.array(z.cidrv4()).default([]),
  media: z.array(z.strictObject({ name, url: z.url({ protocol: /^wss?$/ }) })).min(1),
  parse: z.strictObject({ url: z.url({ protocol: /^https?$/ }), applicationId: z.string().min(1) }),
  redis: z.strictObject({ host: z.string().min(1), port }).optional(),
  turn: z.strictObject({ urls: z.array(z.string().regex(/^(turns?|stun):/)), ttlSeconds: z.number().int().min(60).default(3600) }),
  cameras: z
    .array(
      z.strictObject({
        name,
        title: z.string().min(1),
        url: z.url({ protocol: /^rtsps?$/ }),
        username: z.string().min(1).optional(),
        hasPassword: z.boolean().default(false),
        record: z.boolean().default(true),
      }),
    )
    .default([]),
  /** `folder` as the media server sees it. */
  recordings: z.strictObject({ phones: z.boolean(), folder: z.string().startsWith("/") }),
  /** Most that a publisher may send and a viewer may get, video, bits per second. */
  maxBitrateBps: z.number().int().min(100_000).default(2_500_000),
  logLevel: z.enum(logLevels).default("info"),
});
export type Config = z.infer<typeof configSchema>;
export type CameraConfig = Config["cameras"][number];

/** Secrets as text, each from a file of its own. `redis` is empty where there is no Redis. */
export interface Secrets {
  /** Shared with coturn (`static-auth-secret`). */
  readonly turn: string;
  readonly redis: string;
  readonly parseMaster: string;
  /** Password by camera name. */
  readonly cameras: Readonly<Record<string, string>>;
}

/** The configuration or a secret cannot be used; `message` names every problem by file and key. */
export class ConfigError extends Error {
  readonly code = "config";
}

/** @throws {ConfigError} all problems together. */
export function parseConfig(text: string, file: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file}: Expected JSON: ${(error as Error).message}`);
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: keys, message }) => `${file}: ${keys.join(".") || "(whole file)"}: ${message}`);
  throw new ConfigError(problems.join("\n"));
}

/** @throws {ConfigError} when the file is missing or wrong. */
export function readConfig(file: string): Config {
  return parseConfig(readText(file, "the configuration"), file);
}

/** Reads `turn`, `redis`, `parse-master` and `camera-<name>` from the folder. @throws {ConfigError} naming the missing file. */
export function readSecrets(config: Config, folder: string): Secrets {
  const read = (secret: string) => readText(path.join(folder, secret), `the secret ${secret}`).replace(/\r?\n$/, "");
  const withPassword = config.cameras.filter(({ hasPassword }) => hasPassword);
  return {
    turn: read("turn"),
    redis: config.redis ? read("redis") : "",
    parseMaster: read("parse-master"),
    cameras: Object.fromEntries(withPassword.map((camera) => [camera.name, read(`camera-${camera.name}`)])),
  };
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file}: Cannot read ${what} (${(error as NodeJS.ErrnoException).code}). Mount it there, or name another place`);
  }
}
