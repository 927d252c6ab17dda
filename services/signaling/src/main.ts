import { ConfigError, readConfig, readSecrets } from "./config";
import { createLog, reasonOf } from "./log";
import { startSignaling } from "./signaling";

/** kurento-client writes to the console, whole messages with SDP in them: of its words only the first is kept, on level debug. */
function silenceLibraries(debug: (message: string) => void): void {
  for (const method of ["log", "warn", "error", "debug", "trace", "info"] as const) {
    console[method] = (first: unknown) => debug(`library: ${String(first).slice(0, 200)}`);
  }
}

async function main(): Promise<void> {
  const config = readConfig(process.env["CONFIG"] ?? "/etc/barecast/signaling.json");
  const secrets = readSecrets(config, process.env["SECRETS"] ?? "/run/secrets");
  const log = createLog(config.logLevel);
  silenceLibraries((message) => log.debug(message));
  const signaling = await startSignaling(config, secrets, { log });
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info("Stopping", { signal });
    void signaling.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("unhandledRejection", (error) => log.error("Unhandled", { reason: reasonOf(error), stack: (error as Error)?.stack }));
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
});
