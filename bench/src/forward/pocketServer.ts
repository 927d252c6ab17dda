import { makeSocketsPrompt, startMediaServer } from "@barecast/media";
import { listens } from "../processes";

/** The pocket media server, as it is, in a process of its own. */
async function main(): Promise<void> {
  makeSocketsPrompt();
  const server = await startMediaServer({ controlPort: 0, minPort: 42_000, maxPort: 42_400, logLevel: "error" });
  listens(server.port);
}

void main();
