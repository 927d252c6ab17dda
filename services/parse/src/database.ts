import { Client } from "pg";
import type { ParseConfig, ParseSecrets } from "./config";
import { databaseOptions } from "./options";

/** Null when the database answers and has PostGIS, else what is missing. */
export async function databaseProblem(config: ParseConfig, secrets: ParseSecrets): Promise<string | null> {
  const { user, host, port, database } = databaseOptions(config, secrets);
  const where = `${user}@${host}:${port}/${database}`;
  const client = new Client({
    ...databaseOptions(config, secrets),
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  try {
    await client.connect();
    const { rowCount } = await client.query("select 1 from pg_extension where extname = 'postgis'");
    return rowCount === 1 ? null : `${where}: The extension postgis is missing. Run CREATE EXTENSION postgis as the database's owner`;
  } catch (error) {
    return `${where}: No database answers: ${(error as Error).message || (error as NodeJS.ErrnoException).code}`;
  } finally {
    await client.end().catch(() => undefined);
  }
}
