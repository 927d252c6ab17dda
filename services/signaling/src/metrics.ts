import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { MediaPool } from "./media/pool";
import type { StreamRegistry } from "./streams";

/** What `/metrics` tells (Prometheus text format). */
export interface Metrics {
  readonly registry: Registry;
  readonly messages: Counter;
  /** Seconds from the offer to the answer, by `kind` and `outcome`. */
  readonly joins: Histogram<"kind" | "outcome">;
}

/** Metrics of one server in a registry of their own; what can be counted when asked (streams, viewers, sockets, media servers) is read then. */
export function createMetrics(streams: StreamRegistry, pool: MediaPool, openSockets: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("barecast_streams", "Streams on the wall", () => streams.size);
  gauge("barecast_viewers", "Viewers of all streams", () => streams.viewerCount);
  gauge("barecast_websockets", "Open WebSockets", openSockets);
  new Gauge({
    name: "barecast_media_up",
    help: "1 while the media server answers",
    labelNames: ["media"],
    registers,
    collect() {
      for (const { name, isUp } of pool.servers) this.set({ media: name }, isUp ? 1 : 0);
    },
  });
  return {
    registry,
    messages: new Counter({ name: "barecast_messages_total", help: "Messages received from clients", registers }),
    joins: new Histogram({
      name: "barecast_join_seconds",
      help: "From a client's offer to the answer",
      labelNames: ["kind", "outcome"],
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    }),
  };
}
