import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { databaseProblem } from "./database";
import { until } from "./until";

/** For tests: a PostgreSQL with PostGIS in a temporary folder, on a free loopback port, as the user postgres when the test runs as root. */
export interface ThrowawayDatabase {
  readonly port: number;
  readonly password: string;
  /** Stops the server at once (SIGQUIT), so that a crash can be tried; `start` brings it back. */
  halt(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const binaries = "/usr/lib/postgresql";

export async function throwawayDatabase(): Promise<ThrowawayDatabase> {
  if (!existsSync(binaries))
    throw new Error(`${binaries}: Missing. Install the packages postgresql and postgis (postgresql-<version>-postgis-3)`);
  const bin = path.join(binaries, readdirSync(binaries).sort().at(-1) as string, "bin");
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-postgres-"));
  chmodSync(folder, 0o777);
  const port = await freePort();
  const password = "test/pass:word@1";
  const passwordFile = path.join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const asPostgres = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  const command = (...args: string[]): [string, string[]] => {
    const [file = "", ...rest] = [...asPostgres, ...args];
    return [file, rest];
  };
  const run = (...args: string[]) => execFileSync(...command(...args), { cwd: folder, stdio: "pipe" });
  const data = path.join(folder, "cluster");
  run(path.join(bin, "initdb"), "-D", data, "-U", "parse", "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "--no-sync");
  let server: ChildProcess | undefined;
  const start = async () => {
    const [file, args] = command(
      path.join(bin, "postgres"),
      "-D",
      data,
      "-p",
      String(port),
      "-k",
      folder,
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "fsync=off",
    );
    server = spawn(file, args, { cwd: folder, stdio: "ignore" });
    const config = { database: { host: "127.0.0.1", port, name: "postgres", user: "parse" } };
    await until(() => databaseProblem(config as never, { postgres: password } as never).then((p) => (p?.includes("postgis") ? null : p)), {
      withinMs: 30_000,
    });
  };
  const halt = async () => {
    const exited = new Promise((resolve) => server?.once("exit", resolve));
    server?.kill("SIGQUIT");
    await exited;
  };
  await start();
  for (const [database, statement] of [
    ["postgres", "create database parse"],
    ["parse", "create extension postgis"],
  ] as const) {
    execFileSync(path.join(bin, "psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "parse", "-d", database, "-c", statement], {
      env: { ...process.env, PGPASSWORD: password },
      stdio: "pipe",
    });
  }
  return { port, password, halt, start, remove: async () => (await halt(), rmSync(folder, { recursive: true, force: true })) };
}

/** A TCP port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
