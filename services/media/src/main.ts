import { ConfigError, loadConfig } from "./config";
import { createLog, type Log } from "./log";
import { runMediaServer } from "./mediaServer";

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog(config.logLevel);
  surviveFaultsOf("werift", log);
  const server = await runMediaServer(config, log);
  const stop = (signal: string) => {
    log.info("stopping", { signal });
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("stop-failed", { error });
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
}

/**
 * One peer's datagram must not end everybody's streams: what goes wrong inside a dependency is logged with its stack.
 * A fault of our own ends the process: the orchestrator starts it again, and signaling its streams.
 */
function surviveFaultsOf(dependency: string, log: Log): void {
  const onFault = (error: unknown) => {
    log.error("bug", { error });
    if (!(error instanceof Error) || !error.stack?.includes(`node_modules/${dependency}/`)) process.exit(1);
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
}

main().catch((error: Error) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack ?? error.message}\n`);
  process.exit(1);
});
