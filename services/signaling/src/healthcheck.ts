import { readConfig } from "./config";

/** The container's healthcheck: 0 while the server answers, also when a media server or Parse is away (a restart would not bring it back). */
async function main(): Promise<number> {
  const { listen } = readConfig(process.env["CONFIG"] ?? "/etc/barecast/signaling.json");
  const response = await fetch(`http://127.0.0.1:${listen}/health`, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) process.stderr.write(`/health answered ${response.status}: ${await response.text()}\n`);
  return response.ok ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
