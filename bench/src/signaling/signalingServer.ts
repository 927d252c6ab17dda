import { createLog, startSignaling } from "@barecast/signaling";
import { listens, optionsOfProcess } from "../processes";
import { origin } from "./messages";

/** Addresses of what it asks. */
export interface SignalingServerOptions {
  readonly parse: string;
  readonly media: string;
}

/** The signaling server as it is, with the limits and times of a site, in a process of its own. */
async function main(): Promise<void> {
  const { parse, media } = await optionsOfProcess<SignalingServerOptions>();
  const turn = { urls: ["turn:turn.bench.localhost:3478?transport=udp", "turns:turn.bench.localhost:443?transport=tcp"], ttlSeconds: 3600 };
  const config = {
    listen: 0,
    origins: [origin],
    trustedProxies: [],
    media: [{ name: "one", url: media }],
    parse: { url: parse, applicationId: "barecast" },
    turn,
    cameras: [],
    recordings: { phones: false, folder: "/recordings" },
    maxBitrateBps: 2_500_000,
    logLevel: "info" as const,
  };
  const log = createLog("info", () => undefined); // lines are made and not written
  const server = await startSignaling(config, { turn: "turn-secret", redis: "", parseMaster: "master", cameras: {} }, { log, drainMs: 0 });
  listens(server.port);
}

void main();
