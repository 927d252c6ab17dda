import { Socket } from "node:dgram";
import { queryObjects } from "node:v8";
import { RTCPeerConnection } from "werift";
import type { MediaConfig } from "../config";
import { surviveFaultsOf } from "../faults";
import { startMediaServer } from "../index";
import { createLog } from "../log";
import { Track } from "../media/track";
import { makeSocketsPrompt } from "../webrtc/promptSockets";
import { countAuthenticated } from "./authenticated";
import type { Answers, Footprint } from "./serverProcess";

/** Program of a {@link ServerProcess}: the media server as main.ts runs it, which answers questions and `close`. */
async function main(): Promise<void> {
  const log = createLog("error", (line) => line.includes('"event":"bug"') && process.send?.({ bug: line }));
  surviveFaultsOf("werift", log);
  makeSocketsPrompt();
  const authenticated = countAuthenticated();
  const server = await startMediaServer(JSON.parse(process.argv[2] ?? "{}") as Partial<MediaConfig>, log);
  process.on("message", (message) => {
    if (message === "close") void server.close().then(() => process.exit(0));
    else answer(message === "footprint" ? { footprint: { stats: server.stats(), ...held() } } : { authenticated });
  });
  process.send?.({ port: server.port });
}

const answer = (answers: Partial<Answers>) => process.send?.(answers);

/** Made by the hundreds: what lives of them now, as V8 finds it on the heap. */
const WATCHED = { RTCPeerConnection, Track, Socket };

function held(): Omit<Footprint, "stats"> {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  // The search collects more thoroughly than gc() does, which was seen to leave 15 MB that nothing held: it comes before the size is read.
  const alive = Object.fromEntries(
    Object.entries(WATCHED).map(([name, type]) => [name, queryObjects(type, { format: "count" }) as number]),
  );
  const { heapUsed: heapBytes, external: externalBytes, rss: rssBytes } = process.memoryUsage();
  return { heapBytes, externalBytes, rssBytes, resources, alive };
}

void main();
