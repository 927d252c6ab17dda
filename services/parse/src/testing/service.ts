import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../until";
import { freePort, throwawayDatabase, type ThrowawayDatabase } from "./containers";

/** People of the tests: name, roles, first password. */
export const people = {
  olga: { roles: ["operator"], password: "first password, of an operator" },
  rita: { roles: ["reporter"], password: "first password, of a reporter" },
  adam: { roles: ["admin"], password: "first password, of an admin" },
  lars: { roles: ["reporter"], password: "another reporter's" },
} as const;
export type Name = keyof typeof people;

export const masterKey = "master-key-of-the-test";
export const master = { "X-Parse-Master-Key": masterKey };
export const origin = "https://replica.localhost";
/** What Traefik adds. The address of the last test network (RFC 5737) stands for a client. */
export const outside = { "X-Forwarded-Host": "replica.localhost", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" };

/** A running service, as its container runs it: the built entry, its configuration a file, its secrets a folder. */
export interface Service {
  readonly port: number;
  output(): string;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** A database and the services on it. */
export interface Ground {
  readonly database: ThrowawayDatabase;
  /** Starts one more service; `over` is laid over its configuration, `secrets` are written beside the others. */
  start(over?: object, secrets?: Readonly<Record<string, string>>): Promise<Service>;
  remove(): Promise<void>;
}

export async function prepareGround(): Promise<Ground> {
  const database = await throwawayDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-parse-"));
  const secretsFolder = path.join(folder, "secrets");
  mkdirSync(secretsFolder);
  const write = (secrets: Readonly<Record<string, string>>) =>
    Object.entries(secrets).forEach(([name, text]) => writeFileSync(path.join(secretsFolder, name), `${text}\n`, { mode: 0o400 }));
  write({
    ...{
      postgres: database.password,
      "parse-master": masterKey,
      "parse-maintenance": "maintenance-key",
      "parse-read-only": "read-only-key",
    },
    ...Object.fromEntries(Object.entries(people).map(([name, { password }]) => [`account-${name}`, password])),
  });
  return {
    database,
    async start(over = {}, secrets = {}) {
      const listen = await freePort();
      write(secrets);
      const file = path.join(folder, `${listen}.json`);
      writeFileSync(file, JSON.stringify({ ...configuration(listen, database.port), ...over }));
      return run(listen, { CONFIG: file, SECRETS: secretsFolder }, folder);
    },
    remove: async () => (await database.remove(), rmSync(folder, { recursive: true, force: true })),
  };
}

const configuration = (listen: number, databasePort: number) => ({
  listen,
  publicUrl: `${origin}/api`,
  origins: [origin],
  database: { host: "127.0.0.1", port: databasePort },
  masterKeyIps: ["10.231.0.0/16"],
  // The tests are the edge.
  trustedProxies: ["127.0.0.1"],
  accounts: Object.entries(people).map(([username, { roles }]) => ({ username, roles })),
  dashboard: false,
});

async function run(port: number, env: Readonly<Record<string, string>>, cwd: string): Promise<Service> {
  const child = spawn(process.execPath, [path.join(__dirname, "../../dist/main.js")], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    cwd,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const health = () => fetch(`http://127.0.0.1:${port}/health`).then((response) => (response.ok ? null : `HTTP ${response.status}`));
  await until(async () => (child.exitCode === null ? health() : null), { withinMs: 60_000 });
  if (child.exitCode !== null) throw new Error(`Exited with ${child.exitCode}: ${output.slice(-1500)}`);
  return { port, output: () => output, stop: () => (child.kill("SIGTERM"), exited) };
}
