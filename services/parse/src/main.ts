import { ConfigError, loadConfig, loadSecrets } from "./config";
import { startParse } from "./server";

/** Reads CONFIG (a file) and SECRETS (a folder), starts Parse, stops it on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const config = loadConfig(process.env["CONFIG"] ?? "/etc/barecast/parse.json");
  const secrets = loadSecrets(process.env["SECRETS"] ?? "/run/secrets", config);
  const started = await startParse(config, secrets);
  console.log(`Parse answers on port ${started.port}${config.mountPath}`);
  const stop = (signal: string) => {
    console.log(`${signal}: stopping`);
    started.stop().then(
      () => process.exit(0),
      (error) => fail(error),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function fail(error: unknown): never {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}

main().catch(fail);
