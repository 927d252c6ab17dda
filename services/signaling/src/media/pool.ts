import type { Log } from "../log";
import type { StreamRegistry } from "../streams";
import { MediaServer, type MediaServerOptions } from "./server";

/** The media servers of the site as one pool. */
export class MediaPool {
  readonly servers: readonly MediaServer[];
  /** Of this replica's streams, from before they are negotiated. */
  private readonly places = new Map<MediaServer, number>();

  constructor(
    servers: readonly MediaServerOptions[],
    private readonly streams: Pick<StreamRegistry, "loadOn">,
    log: Log,
  ) {
    this.servers = servers.map((options) => new MediaServer(options, log));
  }

  start(): void {
    for (const server of this.servers) void server.start();
  }

  /** The reachable server with the fewest streams and viewers, those of other replicas too, or `null` when there is none. */
  leastLoaded(): MediaServer | null {
    const up = this.servers.filter(({ isUp }) => isUp);
    return up.reduce<MediaServer | null>((best, server) => (!best || this.loadOf(server) < this.loadOf(best) ? server : best), null);
  }

  /** Takes a place for a stream on a server; call the result when it is gone. */
  occupy(server: MediaServer): () => void {
    this.places.set(server, this.placesOn(server) + 1);
    let isFreed = false;
    return () => {
      if (isFreed) return;
      isFreed = true;
      this.places.set(server, this.placesOn(server) - 1);
    };
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  private loadOf(server: MediaServer): number {
    return this.placesOn(server) + this.streams.loadOn(server);
  }

  private placesOn(server: MediaServer): number {
    return this.places.get(server) ?? 0;
  }
}
