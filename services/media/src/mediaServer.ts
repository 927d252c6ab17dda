import { createSocket } from "node:dgram";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { ConfigError, type MediaConfig } from "./config";
import type { Log } from "./log";
import { PortRange } from "./media/portRange";
import type { Context } from "./objects/mediaObject";
import type { MediaElement } from "./objects/mediaElement";
import { Registry } from "./objects/registry";
import { SERVER_MANAGER_ID, ServerManager } from "./objects/serverManager";
import { listen } from "./rpc/controlServer";
import { Sessions } from "./rpc/sessions";
import { RtspServer } from "./rtsp/rtspServer";

/** Living objects by type, and media forwarded since the start. */
export interface MediaStats {
  objects: Record<string, number>;
  sessions: number;
  /** RTP packets and payload bytes that came in from publishers and cameras, of the objects that live. */
  packetsIn: number;
  bytesIn: number;
}

export interface MediaServer {
  /** The control port in use. */
  port: number;
  /** Finishes recordings, releases everything, closes the port. */
  close(): Promise<void>;
  stats(): MediaStats;
}

/** @throws {@link ConfigError} when an address or the control port can't be had. */
export async function runMediaServer(config: Readonly<MediaConfig>, log: Log): Promise<MediaServer> {
  await checkMediaAddress(config.mediaAddress);
  await warnOfFolder(config.recordingsFolder, log);
  const registry = new Registry();
  const door = new RtspServer();
  const ports = new PortRange(config.mediaAddress, config.minPort, config.maxPort);
  const context: Context = { config, log, registry, door, ports };
  const sessions = new Sessions(config.sessionTimeoutMs, (id) => {
    registry
      .dropSession(id)
      .then((objects) => log.info("session-ended", { session: id, collected: objects.length }))
      .catch((error: unknown) => log.error("bug", { error }));
  });
  const manager = new ServerManager(context, () => sessions.ids);
  registry.add(manager);
  announceObjects(registry, manager, log);
  const stats = () => countAll(registry, sessions);
  const control = await listen(context, sessions, () => ({ status: "ok", ...stats() })).catch((error: Error) => {
    throw new ConfigError([
      `MEDIA_CONTROL_ADDRESS, MEDIA_CONTROL_PORT: Can't listen on ${config.controlAddress}:${config.controlPort}: ${error.message}`,
    ]);
  });
  log.info("listening", { address: config.controlAddress, port: control.port, media: config.mediaAddress });
  return { port: control.port, stats, close: () => shutDown(context, sessions, control.close) };
}

/** Asked of the kernel: an address that is not of this machine would show as connections that never come up. */
function checkMediaAddress(address: string): Promise<void> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(new ConfigError([`MEDIA_ADDRESS: Media can't use ${address}: ${error.message}. Set an IPv4 address of this machine`]));
    });
    socket.bind(0, address, () => socket.close(() => resolve()));
  });
}

/** Not an error: a server that records nothing needs no folder. */
async function warnOfFolder(folder: string, log: Log): Promise<void> {
  await access(folder, constants.W_OK).catch((error: Error) => log.warn("recordings-folder", { folder, problem: error.message }));
}

function announceObjects(registry: Registry, manager: ServerManager, log: Log): void {
  registry.onAdded = ({ id }) => {
    log.info("created", { object: id });
    manager.raise("ObjectCreated", { object: id });
  };
  registry.onRemoved = ({ id }) => {
    log.info("released", { object: id });
    manager.raise("ObjectDestroyed", { objectId: id });
  };
}

/** Recordings are finished before the control port goes. */
async function shutDown({ registry, door }: Context, sessions: Sessions, closeControl: () => Promise<void>): Promise<void> {
  await Promise.all(registry.ofType("MediaPipeline").map((pipeline) => pipeline.release()));
  await door.close();
  await closeControl();
  sessions.close();
}

function countAll(registry: Registry, sessions: Sessions): MediaStats {
  const stats: MediaStats = { objects: {}, sessions: sessions.ids.length, packetsIn: 0, bytesIn: 0 };
  for (const object of registry.all()) {
    if (object.id === SERVER_MANAGER_ID) continue;
    stats.objects[object.type] = (stats.objects[object.type] ?? 0) + 1;
    for (const { flow } of Object.values((object as Partial<MediaElement>).outputs ?? {})) {
      stats.packetsIn += flow.packets;
      stats.bytesIn += flow.bytes;
    }
  }
  return stats;
}
