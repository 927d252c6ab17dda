import { MediaPool } from "./media/pool";
import { probeTimes } from "./media/probe";
import { createLog } from "./log";
import { SharingReplicas } from "./replicas";
import { replicaTimes } from "./replicaTimes";
import { StreamRegistry, type Stream } from "./streams";
import { closeAfterEach } from "./testing/closing";
import { memoryStore } from "./testing/memoryStore";
import { startWireDouble } from "./testing/wireDouble";
import { until } from "./testing/client";

const log = createLog("error", () => undefined);
const closeAtEnd = closeAfterEach();

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Replicas over one store and one media server; `time.now` is the clock by which they count. */
async function startReplicas() {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const time = { now: 1_000_000 };
  const store = memoryStore(time);
  const replica = async (run: string) => {
    const options = { name: "m1", url: media.url, run, isRunning: async () => true, probe: probeTimes };
    const streams = new StreamRegistry();
    const pool = new MediaPool([options], streams, log);
    pool.start();
    closeAtEnd(() => pool.close());
    await until(() => (pool.servers[0]!.isUp ? null : "no media server"));
    const replicas = new SharingReplicas(run, store.open(), pool, streams, log, replicaTimes, () => time.now);
    closeAtEnd(() => replicas.close());
    return { pool, streams, replicas };
  };
  return { media, store, time, a: await replica("a"), b: await replica("b") };
}
type Replica = Awaited<ReturnType<typeof startReplicas>>["a"];

/** A live stream of replica `a`, joined by replica `b`. `ended` is what a viewer at `b` was told. */
async function share(a: Replica, b: Replica) {
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
  const ended: string[] = [];
  const addViewer = () => b.streams.get("s1")!.viewers.add({ endpoint: source, onEnded: (reason) => ended.push(reason) });
  return { pipeline, source, ended, addViewer };
}

test("a stream of one replica is on the other's wall, can be joined there, and goes with its end", async () => {
  const { media, store, a, b } = await startReplicas();
  const { pipeline, source, ended, addViewer } = await share(a, b);
  expect(b.streams.views()).toEqual(a.streams.views());
  expect(b.streams.get("s1")!.wiring!.source!.id).toBe(source.id);
  expect(b.streams.own()).toEqual([]);

  const joined = b.streams.get("s1")!.wiring!;
  const viewer = await joined.server.kurento.create("WebRtcEndpoint", { mediaPipeline: joined.pipeline });
  await joined.source!.call("connect", viewer);
  expect(media.parameters.at(-1)).toEqual({ sink: viewer.id });
  expect(viewer.id).toMatch(new RegExp(`^${pipeline.id}/`));

  addViewer();
  a.streams.remove("s1");
  await until(() => (b.streams.views().length === 0 ? null : `b still shows ${JSON.stringify(b.streams.views())}`));
  expect(ended).toEqual(["The stream has ended"]);

  expect(await b.replicas.isRunning("a")).toBe(true);
  await a.replicas.close();
  expect(await b.replicas.isRunning("a")).toBe(false);
  store.state.isUp = false;
  expect([b.replicas.state(), await b.replicas.isRunning("a")]).toEqual(["off", true]);
});

test("while the store is away the streams of others stay, and go when it stays away too long", async () => {
  const { store, time, a, b } = await startReplicas();
  const { ended, addViewer } = await share(a, b);
  addViewer();
  const look = async () => {
    store.tell();
    await turn();
    return { ids: b.streams.views().map(({ id }) => id), state: b.replicas.state(), ended: [...ended] };
  };
  Object.assign(store.state, { isUp: false, upSince: Number.POSITIVE_INFINITY });
  expect(await look()).toEqual({ ids: ["s1"], state: "off", ended: [] });
  time.now += replicaTimes.keepMs - 1;
  expect(await look()).toEqual({ ids: ["s1"], state: "off", ended: [] });
  time.now += 1;
  expect(await look()).toEqual({ ids: [], state: "off", ended: ["The stream has ended"] });
  Object.assign(store.state, { isUp: true, upSince: time.now });
  expect(await look()).toEqual({ ids: ["s1"], state: "up", ended: ["The stream has ended"] });
});

test("a store that comes back empty is believed only when everybody had time to write", async () => {
  const { store, time, a, b } = await startReplicas();
  const { ended, addViewer } = await share(a, b);
  addViewer();
  const look = async () => {
    store.tell();
    await turn();
    return { ids: b.streams.views().map(({ id }) => id), isRunning: await b.replicas.isRunning("a"), ended: [...ended] };
  };
  store.mute.add("a");
  store.forget();
  store.state.upSince = time.now;
  time.now += replicaTimes.settleMs - 1;
  expect(await look()).toEqual({ ids: ["s1"], isRunning: true, ended: [] });
  time.now += 1;
  expect(await look()).toEqual({ ids: [], isRunning: false, ended: ["The stream has ended"] });
});

test("viewers of another replica's stream are told when its media server is gone, also while the store is away", async () => {
  const { store, media, a, b } = await startReplicas();
  const { ended, addViewer } = await share(a, b);
  addViewer();
  Object.assign(store.state, { isUp: false, upSince: Number.POSITIVE_INFINITY });
  await media.close();
  await until(() => (ended.length > 0 ? null : "nobody was told"));
  expect(ended).toEqual(["The media server went away"]);
});
