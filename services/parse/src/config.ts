import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The Parse application id: public, it tells apps apart, it protects nothing. */
export const applicationId = "barecast";

const port = z.int().min(1).max(65_535);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, "a name of letters, digits, dots, dashes and underscores");
const address = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);

/** What a person may do; the roles of the message schemas. */
export const roles = ["operator", "reporter", "admin"] as const;
export type Role = (typeof roles)[number];

/** `/etc/barecast/parse.json`. Unknown keys are errors; no secret stands here. */
export const configSchema = z.strictObject({
  /** TCP port of the API and of `/health`. */
  listen: port.default(1337),
  mountPath: z
    .string()
    .regex(/^(\/[a-z0-9-]+)+$/, "a path like /api")
    .default("/api"),
  /** The API as people reach it. */
  publicUrl: z.url({ protocol: /^https?$/, error: "an http(s) address like https://replica.localhost/api" }),
  /** Origins of the pages that may use the session cookie. */
  origins: z.array(z.string().regex(/^https?:\/\/[^/\s]+$/, "an origin like https://replica.localhost, without a path")).min(1),
  database: z.strictObject({
    host: z.string().min(1),
    port: port.default(5432),
    name: z.string().min(1).default("parse"),
    user: z.string().min(1).default("parse"),
  }),
  redis: z.strictObject({ host: z.string().min(1), port: port.default(6379) }).optional(),
  /** Live queries on the class Stream, through Redis. Needs `redis`; Parse then does not start while Redis is away. */
  liveQuery: z.boolean().default(false),
  /** Made once; a password that was changed later stays. */
  accounts: z.array(z.strictObject({ username: name, roles: z.array(z.enum(roles)).min(1) })).default([]),
  /** From where the master keys count: the site's overlay networks. Loopback is always in. They never count through the edge. */
  masterKeyIps: z.array(address).default([]),
  /** Whose `X-Forwarded-For` names the client: the overlay networks of the edge and of signaling, which signs people in for them. */
  trustedProxies: z.array(address).default([]),
  /** The dashboard on loopback 4040 of the container, for people with the role admin. */
  dashboard: z.boolean().default(true),
  logLevel: z.enum(["error", "warn", "info", "debug"]).default("info"),
});
export type ParseConfig = z.output<typeof configSchema>;

/** Contents of the secret files. They go into options objects, never into an environment variable or a URL. */
export interface ParseSecrets {
  readonly postgres: string;
  readonly redis?: string;
  readonly masterKey: string;
  readonly maintenanceKey: string;
  readonly readOnlyMasterKey: string;
  /** Initial password by user name. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** A mistake in the configuration or the secrets: meant for the operator, all problems together. */
export class ConfigError extends Error {
  readonly code = "PARSE_CONFIG";
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/**
 * Checks the configuration's text. `file` is named in every problem.
 * @throws ConfigError
 */
export function parseConfig(text: string, file: string): ParseConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${file}: Expected JSON: ${(error as Error).message}`]);
  }
  const result = configSchema.safeParse(raw, { reportInput: true });
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${file}: ${problemOf(issue)}`));
  }
  if (result.data.liveQuery && !result.data.redis) {
    throw new ConfigError([`${file}: liveQuery: Needs redis, found none. Set redis.host, or liveQuery: false`]);
  }
  return result.data;
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${[...issue.path, key].join(".")}: Unknown key. Remove it`).join("; ");
  }
  const found = issue.input === undefined ? "nothing" : JSON.stringify(issue.input);
  return `${issue.path.join(".") || "the file"}: ${issue.message.replace(/^Invalid input: expected/, "Expected")}, found ${found}`;
}

/** Reads and checks a configuration file. @throws ConfigError */
export function loadConfig(file: string): ParseConfig {
  try {
    return parseConfig(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${file}: Cannot be read (${(error as NodeJS.ErrnoException).code}). Set CONFIG to the configuration's path`]);
  }
}

/** Reads the secret files that this configuration needs from one folder. @throws ConfigError with every file that is missing or empty */
export function loadSecrets(folder: string, config: ParseConfig): ParseSecrets {
  const problems: string[] = [];
  const read = (name: string): string => {
    const file = path.join(folder, name);
    try {
      const text = readFileSync(file, "utf8").trimEnd();
      if (text === "") problems.push(`${file}: Empty. Expected a secret`);
      return text;
    } catch (error) {
      problems.push(`${file}: Cannot be read (${(error as NodeJS.ErrnoException).code}). Expected a secret`);
      return "";
    }
  };
  const secrets: ParseSecrets = {
    postgres: read("postgres"),
    ...(config.liveQuery ? { redis: read("redis") } : {}),
    masterKey: read("parse-master"),
    maintenanceKey: read("parse-maintenance"),
    readOnlyMasterKey: read("parse-read-only"),
    accounts: Object.fromEntries(config.accounts.map(({ username }) => [username, read(`account-${username}`)])),
  };
  const keys = [secrets.masterKey, secrets.maintenanceKey, secrets.readOnlyMasterKey];
  if (problems.length === 0 && new Set(keys).size < keys.length) {
    problems.push(`${folder}: parse-master, parse-maintenance and parse-read-only must differ from each other`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return secrets;
}
