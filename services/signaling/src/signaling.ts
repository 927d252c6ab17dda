import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CameraConfig, Config, Secrets } from "./config";
import { createHttp, type Health } from "./http";
import { keepCameraRows } from "./ledger/cameraRows";
import { createLedger } from "./ledger/ledger";
import { closeLostRows } from "./ledger/lostRows";
import { createLog, type Log } from "./log";
import { Camera, cameraTimes, type CameraTimes } from "./media/camera";
import type { connectKurento } from "./media/kurento";
import { MediaPool } from "./media/pool";
import { probeTimes, type ProbeTimes } from "./media/probe";
import { createMetrics } from "./metrics";
import { OwnCameras } from "./ownCameras";
import { parseClient, type ParseCall } from "./parse";
import { joinReplicas } from "./replicas";
import { createSessions } from "./session";
import { StreamRegistry } from "./streams";
import { acceptWebSockets, webSocketTimes, type WebSocketTimes } from "./webSockets";

/** What a test or a bench may set otherwise; a site takes the defaults. */
export interface SignalingOptions {
  readonly log?: Log;
  readonly camera?: CameraTimes;
  readonly webSocket?: WebSocketTimes;
  readonly probe?: ProbeTimes;
  /** How a session with a media server is made; its probe goes to the server itself. */
  readonly connectKurento?: typeof connectKurento;
  /** How long `/health` says 503 while clients are still served. Two polls of Traefik. */
  readonly drainMs?: number;
  /** How long a Parse session is believed. */
  readonly sessionCacheMs?: number;
  /** How often rows of the ledger say that they are open, and those that others left open are looked for. */
  readonly ledger?: { readonly beatMs: number; readonly lookMs: number };
}

/** A signaling server that listens on `port` (TCP). */
export interface RunningSignaling {
  readonly port: number;
  /** Drains, closes every WebSocket with 1012 and releases all that was made on the media servers. */
  close(): Promise<void>;
}

/** Starts the signaling server; resolves when it listens. Media servers and Parse may come later. @throws when the port is taken. */
export async function startSignaling(config: Config, secrets: Secrets, options: SignalingOptions = {}): Promise<RunningSignaling> {
  const log = options.log ?? createLog(config.logLevel);
  const probe = options.probe ?? probeTimes;
  const run = randomUUID();
  const parse = parseClient(config.parse, secrets.parseMaster);
  const sessions = createSessions(parse, options.sessionCacheMs);
  const { beatMs, lookMs } = options.ledger ?? { beatMs: 30_000, lookMs: 15_000 };
  const ledger = createLedger(parse, log, { run, beatMs });
  const streams = new StreamRegistry();
  const isRunning = (other: string) => replicas.isRunning(other);
  const pool = new MediaPool(
    config.media.map((media) => ({ ...media, run, isRunning, probe, connect: options.connectKurento })),
    streams,
    log,
  );
  const replicas = joinReplicas(run, config, secrets, pool, streams, log);
  const metrics = createMetrics(streams, pool, () => sockets.open());
  let isDraining = false;
  const parseWatch = watchParse(parse);
  const health = (): Health => ({
    status: isDraining ? "draining" : "ok",
    media: Object.fromEntries(pool.servers.map(({ name, isUp }) => [name, isUp ? "up" : "down"])),
    parse: parseWatch.isUp() ? "up" : "down",
    redis: replicas.state(),
  });
  const http = createServer(createHttp({ config, sessions, metrics, log, health }));
  const publishing = { config, pool, streams, ledger, log };
  const sockets = acceptWebSockets(
    http,
    config,
    { config, turnSecret: secrets.turn, sessions, streams, publishing, metrics, log },
    options.webSocket ?? webSocketTimes,
  );
  const camera = { config, pool, streams, ledger, log, times: options.camera ?? cameraTimes };
  const make = (each: CameraConfig) => new Camera(camera, each, secrets.cameras[each.name]);
  const cameras = new OwnCameras({ run, cameras: config.cameras, make, streams, log });
  await listen(http, config.listen);
  pool.start();
  replicas.onOthers((others) => cameras.follow(others));
  const isLiving = async (other: string) => other === run || (await replicas.isRunning(other));
  const stopWriting = [
    keepCameraRows(parse, config.cameras, streams, log),
    closeLostRows({ parse, isRunning: isLiving, log }, lookMs),
    () => ledger.close(),
  ];
  const { port } = http.address() as AddressInfo;
  log.info("Signaling listens", { port, cameras: config.cameras.length, media: config.media.length });

  return {
    port,
    async close() {
      isDraining = true;
      await new Promise((resolve) => setTimeout(resolve, options.drainMs ?? 4000));
      for (const stop of stopWriting) stop();
      // Who takes the cameras over looks for them as soon as this replica is gone.
      const leave = () => cameras.close().then(() => replicas.close());
      await atMost(4000, Promise.all([sockets.close(), leave()]));
      await atMost(1000, ledger.settled());
      parseWatch.close();
      await replicas.close();
      pool.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      log.info("Signaling stopped");
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve());
  });
}

/** Together with the drain it stays below the stop grace of 10 s, whatever a recorder or Parse takes. */
function atMost(timeoutMs: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
}

/** Asks Parse every few seconds, so that `/health` itself never waits for it. */
function watchParse(parse: ParseCall, intervalMs = 5000): { isUp(): boolean; close(): void } {
  let isUp = false;
  const ask = () =>
    void parse({ method: "GET", path: "/health" }).then(
      () => (isUp = true),
      () => (isUp = false),
    );
  ask();
  const timer = setInterval(ask, intervalMs);
  return { isUp: () => isUp, close: () => clearInterval(timer) };
}
