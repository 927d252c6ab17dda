import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { PROTOCOL, type Operations } from "../protocol";
import { type Context, MediaObject, numberParam } from "./mediaObject";

export const SERVER_MANAGER_ID = "manager_ServerManager";
/** The version whose messages this server repeats. */
export const VERSION = "7.3.1-dev";

/** kurento-client refuses a server that lacks one of these modules; the types behind each are those of {@link PROTOCOL}. */
const MODULES = { core: ["MediaPipeline"], elements: ["PlayerEndpoint", "RecorderEndpoint", "RtpEndpoint", "WebRtcEndpoint"], filters: [] };

export class ServerManager extends MediaObject {
  constructor(
    context: Context,
    readonly sessionIds: () => string[],
  ) {
    super("ServerManager", context, undefined, SERVER_MANAGER_ID);
  }

  get pipelineIds(): string[] {
    return this.context.registry.ofType("MediaPipeline").map(({ id }) => id);
  }
}

const moduleInfo = ([name, factories]: [string, string[]]) => ({
  __module__: "kurento",
  __type__: "ModuleInfo",
  factories: factories.filter((type) => type in PROTOCOL),
  generationTime: "",
  name,
  version: VERSION,
});

const info = () => ({
  __module__: "kurento",
  __type__: "ServerInfo",
  capabilities: ["transactions"],
  modules: Object.entries(MODULES).map(moduleInfo),
  type: "KMS",
  version: VERSION,
});

/** Share of one processor used in the interval, 0 to 1, as a real server counts it. */
async function usedCpu(intervalMs: number): Promise<number> {
  const before = process.cpuUsage();
  const startMs = performance.now();
  await wait(intervalMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - startMs) / availableParallelism();
}

const MAX_INTERVAL_MS = 60_000;

export const serverManagerOperations: Operations<"ServerManager", ServerManager> = {
  getCpuCount: () => availableParallelism(),
  getInfo: () => info(),
  getMetadata: () => "",
  getPipelines: (self) => self.pipelineIds,
  getSessions: (self) => self.sessionIds(),
  getUsedCpu: (_self, params) => usedCpu(Math.min(Math.max(numberParam(params, "interval"), 1), MAX_INTERVAL_MS)),
  getUsedMemory: () => Math.round(process.memoryUsage.rss() / 1024),
};
