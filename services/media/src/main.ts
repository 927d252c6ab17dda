import { ConfigError, loadConfig } from "./config";
import { surviveFaultsOf } from "./faults";
import { createLog } from "./log";
import { runMediaServer } from "./mediaServer";
import { makeSocketsPrompt } from "./webrtc/promptSockets";

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog(config.logLevel);
  surviveFaultsOf("werift", log);
  makeSocketsPrompt();
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

main().catch((error: Error) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack ?? error.message}\n`);
  process.exit(1);
});
