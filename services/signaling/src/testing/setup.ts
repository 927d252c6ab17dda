import type { Config } from "../config";
import { createLog } from "../log";
import { startSignaling, type RunningSignaling, type SignalingOptions } from "../signaling";
import { startParseDouble, type ParseDouble } from "./parseDouble";
import { startWireDouble, type WireDouble } from "./wireDouble";
import { until } from "./client";

export interface Setup {
  readonly media: WireDouble;
  readonly parse: ParseDouble;
  readonly signaling: RunningSignaling;
  readonly log: string[];
  close(): Promise<void>;
}

export const origin = "https://replica.localhost";

/** Signaling between the two doubles, ready to serve. */
export async function startSetup(change: Partial<Config> = {}, options: SignalingOptions = {}): Promise<Setup> {
  const media = await startWireDouble();
  const parse = await startParseDouble();
  const log: string[] = [];
  const config: Config = {
    listen: 0,
    origins: [origin],
    trustedProxies: [],
    media: [{ name: "m1", url: media.url }],
    parse: { url: parse.url, applicationId: "barecast" },
    turn: { urls: ["turn:turn.replica.localhost:3478?transport=udp"], ttlSeconds: 3600 },
    cameras: [],
    recordings: { phones: false, folder: "/recordings" },
    maxBitrateBps: 2_500_000,
    logLevel: "debug",
    ...change,
  };
  const secrets = { turn: "turn-secret", redis: "", parseMaster: "master", cameras: { gate: "p@ss" } };
  const signaling = await startSignaling(config, secrets, { log: createLog("debug", (line) => log.push(line)), drainMs: 0, ...options });
  const isReady = async () =>
    (await fetch(`http://127.0.0.1:${signaling.port}/health`)).json() as Promise<{ media: object; parse: string }>;
  await until(async () => {
    const health = await isReady();
    return JSON.stringify(health.media) === '{"m1":"up"}' && health.parse === "up" ? null : `not ready: ${JSON.stringify(health)}`;
  });
  return {
    media,
    parse,
    signaling,
    log,
    async close() {
      await signaling.close();
      await Promise.all([media.close(), parse.close()]);
    },
  };
}
