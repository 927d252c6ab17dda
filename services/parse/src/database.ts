import { Client } from "pg";
import type { ParseConfig, ParseSecrets } from "./config";
import { databaseOptions } from "./options";
import { until } from "./until";

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

/** Waits until `look` finds the database there (null), and says what it waits for whenever that is something else. */
export async function awaitDatabase(look: () => Promise<string | null>, log: (line: string) => void, withinMs = 120_000): Promise<void> {
  let said: string | null = null;
  const lookAndSay = async () => {
    const problem = await look();
    if (problem !== said && problem !== null) log(`Waiting: ${problem}`);
    return (said = problem);
  };
  await until(lookAndSay, { withinMs });
}
