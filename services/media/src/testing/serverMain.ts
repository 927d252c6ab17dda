import { setTimeout as wait } from "node:timers/promises";
import type { MediaConfig } from "../config";
import { surviveFaultsOf } from "../faults";
import { startMediaServer } from "../index";
import { createLog } from "../log";
import type { Footprint } from "./serverProcess";

/** Program of a {@link ServerProcess}: the media server as main.ts runs it, which answers `footprint` and `close`. */
async function main(): Promise<void> {
  const log = createLog("error", (line) => line.includes('"event":"bug"') && process.send?.({ bug: line }));
  surviveFaultsOf("werift", log);
  const server = await startMediaServer(JSON.parse(process.argv[2] ?? "{}") as Partial<MediaConfig>, log);
  process.on("message", (message) => {
    if (message === "close") void server.close().then(() => process.exit(0));
    else void collect().then(() => process.send?.({ footprint: { stats: server.stats(), ...held() } satisfies Footprint }));
  });
  process.send?.({ port: server.port });
}

/** What is freed by one collection lets go of more: finalizers run between. */
async function collect(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await wait(20);
  }
}

function held(): Omit<Footprint, "stats"> {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { heapBytes: process.memoryUsage().heapUsed, resources };
}

void main();
