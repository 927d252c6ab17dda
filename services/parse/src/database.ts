import { once } from "node:events";
import { connect } from "node:net";
import { Client } from "pg";
import type { ParseConfig, ParseSecrets } from "./config";
import { databaseOptions } from "./options";

/**
 * The address of a Swarm service without a healthy task takes no connection and refuses none. What began to connect before there is one comes through when
 * TCP asks again, 1, 3 or 7 s after it began: who asks anew instead is through at once.
 */
const connectionMs = 500;

/** Null when the database answers and has PostGIS, else what is missing. */
export async function databaseProblem(config: ParseConfig, secrets: ParseSecrets): Promise<string | null> {
  const { user, host, port, database } = databaseOptions(config, secrets);
  const where = `${user}@${host}:${port}/${database}`;
  try {
    await opens(host, port);
    return (await hasPostgis(config, secrets))
      ? null
      : `${where}: The extension postgis is missing. Run CREATE EXTENSION postgis as the database's owner`;
  } catch (error) {
    return `${where}: No database answers: ${(error as Error).message || (error as NodeJS.ErrnoException).code}`;
  }
}

async function hasPostgis(config: ParseConfig, secrets: ParseSecrets): Promise<boolean> {
  const client = new Client({ ...databaseOptions(config, secrets), connectionTimeoutMillis: 3000, query_timeout: 3000 });
  try {
    await client.connect();
    return (await client.query("select 1 from pg_extension where extname = 'postgis'")).rowCount === 1;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws Error when nobody takes a connection there within half a second */
async function opens(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(connectionMs) });
  } catch (error) {
    throw (error as Error).name === "AbortError" ? new Error(`No connection within ${connectionMs} ms`) : error;
  } finally {
    socket.destroy();
  }
}
