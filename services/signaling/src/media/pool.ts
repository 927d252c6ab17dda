import type { Log } from "../log";
import { MediaServer, type MediaServerOptions } from "./server";

/** The media servers of the site as one pool. */
export class MediaPool {
  readonly servers: readonly MediaServer[];
  private readonly load = new Map<MediaServer, number>();

  constructor(servers: readonly MediaServerOptions[], log: Log) {
    this.servers = servers.map((options) => new MediaServer(options, log));
  }

  start(): void {
    for (const server of this.servers) void server.start();
  }

  /** The reachable server with the fewest streams, or `null` when there is none. */
  leastLoaded(): MediaServer | null {
    const up = this.servers.filter(({ isUp }) => isUp);
    return up.reduce<MediaServer | null>((best, server) => (!best || this.loadOf(server) < this.loadOf(best) ? server : best), null);
  }

  /** Counts a stream on a server; call the result when it is gone. */
  occupy(server: MediaServer): () => void {
    this.load.set(server, this.loadOf(server) + 1);
    let isFreed = false;
    return () => {
      if (isFreed) return;
      isFreed = true;
      this.load.set(server, this.loadOf(server) - 1);
    };
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  private loadOf(server: MediaServer): number {
    return this.load.get(server) ?? 0;
  }
}
