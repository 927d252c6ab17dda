import { createLog } from "../log";
import { StreamRegistry, type Stream, type Viewer } from "../streams";
import { until } from "../testing/client";
import { closeAfterEach } from "../testing/closing";
import { startWireDouble } from "../testing/wireDouble";
import { MediaPool } from "./pool";
import { probeTimes } from "./probe";
import type { MediaServer } from "./server";

const closeAtEnd = closeAfterEach();

/** A pool of two media servers, m1 and m2, both up. */
async function startPool() {
  const doubles = [await startWireDouble(), await startWireDouble()] as const;
  for (const double of doubles) closeAtEnd(() => double.close());
  const options = doubles.map(({ url }, index) => ({
    name: `m${index + 1}`,
    url,
    run: "this",
    isRunning: async () => true,
    probe: probeTimes,
  }));
  const streams = new StreamRegistry();
  const pool = new MediaPool(
    options,
    streams,
    createLog("error", () => undefined),
  );
  closeAtEnd(() => pool.close());
  pool.start();
  await until(() => (pool.servers.every(({ isUp }) => isUp) ? null : "a media server is not up"));
  const [m1, m2] = pool.servers as [MediaServer, MediaServer];
  /** Takes places as streams that come would; names of their servers. */
  const place = (count: number) =>
    Array.from({ length: count }, () => {
      const server = pool.leastLoaded()!;
      pool.occupy(server);
      return server.name;
    });
  return { doubles, pool, streams, m1, m2, place };
}

function streamOn(server: MediaServer, viewers: number): Stream {
  const pipeline = server.kurento.made("p_kurento.MediaPipeline");
  const viewer = (): Viewer => ({ endpoint: pipeline, onEnded: () => undefined });
  return {
    id: "s1",
    title: "Gate",
    kind: "phone",
    startedAt: "2026-01-02T03:04:05.000Z",
    state: "live",
    isRecording: false,
    wiring: { server, pipeline, source: null },
    viewers: new Set(Array.from({ length: viewers }, viewer)),
  };
}

test("streams go to the media servers by turns, and a place that is given back is taken next", async () => {
  const { pool, m1, place } = await startPool();
  const leave = pool.occupy(m1);
  expect(place(3)).toEqual(["m2", "m1", "m2"]);
  expect(place(2)).toEqual(["m1", "m2"]);
  leave();
  leave();
  expect(place(3)).toEqual(["m1", "m1", "m2"]);
});

test("a media server that is gone is not chosen; with none there is nowhere to go", async () => {
  const { doubles, pool, m1, m2, place } = await startPool();
  await doubles[0].close();
  await until(() => (m1.isUp ? "m1 is up" : null));
  expect(place(3)).toEqual(["m2", "m2", "m2"]);
  await doubles[1].close();
  await until(() => (m2.isUp ? "m2 is up" : null));
  expect(pool.leastLoaded()).toBeNull();
});

test("who watches counts as much as a stream", async () => {
  const { pool, streams, m1, place } = await startPool();
  pool.occupy(m1);
  const stream = streamOn(m1, 2);
  streams.add(stream);
  expect(place(4)).toEqual(["m2", "m2", "m2", "m1"]);
  stream.viewers.clear();
  expect(place(1)).toEqual(["m1"]);
});

test("streams of other replicas count, with those who watch them there and here", async () => {
  const { streams, m1, m2, place } = await startPool();
  streams.showForeign([{ ...streamOn(m1, 1), otherViewers: 2 }], true);
  expect(place(5)).toEqual(["m2", "m2", "m2", "m2", "m1"]);
  streams.showForeign([{ ...streamOn(m2, 0), otherViewers: 0 }], true);
  expect(place(1)).toEqual(["m1"]);
});
