import { createLog, startSignaling } from "@barecast/signaling";
import { connectInProcess } from "@barecast/signaling/testing";
import { listens, optionsOfProcess } from "../processes";
import { origin } from "./messages";

/** Addresses of what it asks. */
export interface SignalingServerOptions {
  readonly parse: string;
  readonly media: string;
  /** Whether a stand-in in this process answers in the media server's place; the media server itself is only probed. */
  readonly isMediaInside?: boolean;
}

/** The signaling server as it is, with the limits and times of a site, in a process of its own. */
async function main(): Promise<void> {
  const { parse, media, isMediaInside } = await optionsOfProcess<SignalingServerOptions>();
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
  const secrets = { turn: "turn-secret", redis: "", parseMaster: "master", cameras: {} };
  const connectKurento = isMediaInside ? connectInProcess : undefined;
  const server = await startSignaling(config, secrets, { log, drainMs: 0, connectKurento });
  listens(server.port);
}

void main();
