import "./no-log-files";
import "./no-push";
import express, { type Express } from "express";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { ParseServer } from "parse-server";
import { CountingAdapter } from "./adapter";
import { ensureAccounts } from "./accounts";
import { registerCloud, type ParseSdk } from "./cloud/main";
import { applicationId, type ParseConfig, type ParseSecrets } from "./config";
import { dashboardApp, dashboardPort } from "./dashboard";
import { awaitDatabase, databaseProblem } from "./database";
import { edge } from "./edge";
import { healthOf } from "./health";
import { databaseOptions, parseOptions } from "./options";
import { schemaProblem } from "./verify";

/** A Parse that answers. */
export interface StartedParse {
  readonly port: number;
  /** Names of roles and accounts that this start made. */
  readonly made: readonly string[];
  /** Stops taking requests, lets running ones end (at most `withinMs`), closes the database. */
  stop(withinMs?: number): Promise<void>;
}

/**
 * Waits for the database, then starts Parse with schema, Cloud Code, roles and accounts; listens when all of it stands.
 * @throws Error with the last reason when the database does not come within two minutes, or the schema cannot be made
 */
export async function startParse(
  config: ParseConfig,
  secrets: ParseSecrets,
  log: (line: string) => void = console.log,
): Promise<StartedParse> {
  await awaitDatabase(() => databaseProblem(config, secrets), log);
  let sdk: ParseSdk | undefined;
  const options = {
    ...parseOptions(config, secrets),
    databaseAdapter: new CountingAdapter({ databaseOptions: databaseOptions(config, secrets) }),
    cloud: (Parse: ParseSdk) => {
      sdk = Parse;
      registerCloud(Parse);
    },
  };
  const parse = new (ParseServer as unknown as new (options: unknown) => InstanceType<typeof import("parse-server").default>)(options);
  await parse.start();
  const Parse = sdk as unknown as ParseSdk;
  const app = express();
  app.disable("x-powered-by");
  // On Parse's own app: mounted twice, it would inherit the setting of the last parent, the dashboard's.
  parse.app.set("trust proxy", options.trustProxy);
  const state = { isDraining: false };
  const health = healthOf(Parse);
  app.get("/health", async (_request, response) => {
    const answer = await health(state.isDraining);
    response.status(answer.status === "ok" ? 200 : 503).json(answer);
  });
  app.use(config.mountPath, edge(config), parse.app);
  const problem = await schemaProblem(Parse, options.schema.definitions);
  if (problem) throw new Error(problem);
  const made = await ensureAccounts(Parse, config, secrets);
  for (const name of made) log(`Made ${name}`);
  const server = await listen(app, config.listen, "0.0.0.0");
  const servers = [server];
  if (config.liveQuery) {
    const { redisURL, redisOptions } = options.liveQuery as NonNullable<typeof options.liveQuery>;
    await ParseServer.createLiveQueryServer(server, { appId: applicationId, redisURL, redisOptions }, options as never);
  }
  if (config.dashboard) servers.push(await listen(await dashboardApp(Parse, parse.app, config, secrets), dashboardPort, "127.0.0.1"));
  return {
    port: (server.address() as { port: number }).port,
    made,
    stop: async (withinMs = 8000) => {
      state.isDraining = true;
      await Promise.all(servers.map((each) => close(each, withinMs)));
      await parse.config.databaseController.adapter.handleShutdown();
    },
  };
}

async function listen(app: Express, port: number, host: string): Promise<Server> {
  const server = createServer(app);
  server.listen(port, host);
  await once(server, "listening");
  return server;
}

async function close(server: Server, withinMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(timer);
}
