import { MediaPool } from "./media/pool";
import { createLog } from "./log";
import { shareStreams } from "./replicas";
import type { SharedStore } from "./sharedStore";
import { StreamRegistry, type Stream } from "./streams";
import { closeAfterEach } from "./testing/closing";
import { startWireDouble } from "./testing/wireDouble";
import { until } from "./testing/client";

/** A store in this process. `isUp` is the test's to set. */
function memoryStore(): { state: { isUp: boolean }; open(): SharedStore } {
  const texts = new Map<string, string>();
  const listeners = new Set<() => void>();
  const state = { isUp: true };
  const tell = () => listeners.forEach((listener) => listener());
  return {
    state,
    open: () => ({
      isUp: () => state.isUp,
      write: async (run, text) => (texts.set(run, text), tell()),
      readAll: async () => new Map(texts),
      remove: async (run) => (texts.delete(run), tell()),
      onChange: (listener) => void listeners.add(listener),
      close: () => undefined,
    }),
  };
}

const log = createLog("error", () => undefined);
const closeAtEnd = closeAfterEach();

test("a stream of one replica is on the other's wall, can be joined there, and goes with its end", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const store = memoryStore();
  const replica = async (run: string) => {
    const options = { name: "m1", url: media.url, run, isRunning: async () => true, probeMs: 5000, timeoutMs: 3000 };
    const pool = new MediaPool([options], log);
    const streams = new StreamRegistry();
    pool.start();
    closeAtEnd(() => pool.close());
    await until(() => (pool.servers[0]!.isUp ? null : "no media server"));
    const replicas = shareStreams(run, store.open(), pool, streams, log);
    closeAtEnd(() => replicas.close());
    return { pool, streams, replicas };
  };
  const [a, b] = [await replica("a"), await replica("b")];
  const server = a.pool.servers[0]!;
  const pipeline = await server.createPipeline();
  const source = await server.kurento.create("WebRtcEndpoint", { mediaPipeline: pipeline });
  const stream: Stream = {
    id: "s1",
    title: "Gate",
    kind: "phone",
    startedAt: "2026-01-02T03:04:05.000Z",
    state: "live",
    isRecording: false,
    wiring: { server, pipeline, source },
    viewers: new Set(),
  };
  a.streams.add(stream);
  await until(() => (b.streams.get("s1")?.wiring?.source ? null : `b shows ${JSON.stringify(b.streams.views())}`));
  expect(b.streams.views()).toEqual(a.streams.views());
  expect(b.streams.get("s1")!.wiring!.source!.id).toBe(source.id);
  expect(b.streams.own()).toEqual([]);

  const joined = b.streams.get("s1")!.wiring!;
  const viewer = await joined.server.kurento.create("WebRtcEndpoint", { mediaPipeline: joined.pipeline });
  await joined.source!.call("connect", viewer);
  expect(media.parameters.at(-1)).toEqual({ sink: viewer.id });
  expect(viewer.id).toMatch(new RegExp(`^${pipeline.id}/`));

  const ended: string[] = [];
  b.streams.get("s1")!.viewers.add({ endpoint: source, onEnded: (reason) => ended.push(reason) });
  a.streams.remove("s1");
  await until(() => (b.streams.views().length === 0 ? null : `b still shows ${JSON.stringify(b.streams.views())}`));
  expect(ended).toEqual(["The stream has ended"]);

  expect(await b.replicas.isRunning("a")).toBe(true);
  await a.replicas.close();
  expect(await b.replicas.isRunning("a")).toBe(false);
  store.state.isUp = false;
  expect([b.replicas.state(), await b.replicas.isRunning("a")]).toEqual(["off", true]);
});
