import { keepCameraRows } from "./ledger/cameraRows";
import { createLedger } from "./ledger/ledger";
import { createLog } from "./log";
import { Camera } from "./media/camera";
import { MediaPool } from "./media/pool";
import { probeTimes } from "./media/probe";
import { OwnCameras } from "./ownCameras";
import type { ParseCall } from "./parse";
import { alone, SharingReplicas, type Replicas } from "./replicas";
import { replicaTimes } from "./replicaTimes";
import { StreamRegistry } from "./streams";
import { until } from "./testing/client";
import { closeAfterEach } from "./testing/closing";
import { memoryStore } from "./testing/memoryStore";
import { startWireDouble } from "./testing/wireDouble";

const closeAtEnd = closeAfterEach();
const log = createLog("error", () => undefined);
const cameras = ["gate", "yard"].map((name) => ({
  name,
  title: name,
  url: `rtsp://127.0.0.1:1/${name}`,
  hasPassword: false,
  record: false,
}));
const ids = ["camera-gate", "camera-yard"];
/** Nothing is tried again in these tests. */
const never = { patienceMs: 600_000, firstRetryMs: 600_000, lastRetryMs: 600_000 };

/** A site: one store, one media server, one Parse, and replicas that come when they are asked for. `time.now` is the clock by which they count. */
async function startSite() {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const time = { now: 1_000_000 };
  const store = memoryStore(time);
  const players = () => media.objects().filter((id) => id.endsWith("PlayerEndpoint")).length;
  const replica = async (run: string, { url = media.url, times = never, isAlone = false } = {}) => {
    const asked: string[] = [];
    const parse: ParseCall = async ({ method, path, body = {} }) => {
      const { name, streamId, state, reason } = body as Record<string, unknown>;
      if (method !== "GET")
        asked.push([method, path, name ?? streamId, state, reason].filter((each) => typeof each === "string").join(" "));
      return { objectId: "row", results: [] };
    };
    const streams = new StreamRegistry();
    const walls: string[][] = [];
    streams.onChange((views) => walls.push(views.map(({ id }) => id)));
    const pool = new MediaPool([{ name: "m1", url, run, isRunning: async () => true, probe: probeTimes }], streams, log);
    pool.start();
    closeAtEnd(() => pool.close());
    await until(() => (pool.servers[0]!.isUp || url !== media.url ? null : "no media server"));
    const ledger = createLedger(parse, log, { run });
    const parts = { config: { recordings: { phones: false, folder: "/recordings" } }, pool, streams, ledger, log, times };
    const own = new OwnCameras({ run, cameras, make: (camera) => new Camera(parts, camera, undefined), streams, log });
    const replicas: Replicas = isAlone ? alone : new SharingReplicas(run, store.open(), pool, streams, log, replicaTimes, () => time.now);
    replicas.onOthers((others) => own.follow(others));
    const stopRows = keepCameraRows(parse, cameras, streams, log);
    const end = async () => {
      stopRows();
      await own.close();
      await replicas.close();
      ledger.close();
    };
    closeAtEnd(end);
    const plays = () => streams.own().map(({ id }) => id);
    return { pool, streams, walls, asked, replicas, end, plays };
  };
  return { media, store, time, players, replica };
}
type Site = Awaited<ReturnType<typeof startSite>>;
type Replica = Awaited<ReturnType<Site["replica"]>>;

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Lets all look at the store, and what follows from it be done. */
async function look({ store }: Site) {
  for (let count = 0; count < 5; count++) {
    store.tell();
    await turn();
  }
}
const playing = (replica: Replica, wanted: readonly string[]) =>
  until(() => (JSON.stringify(replica.plays()) === JSON.stringify(wanted) ? null : `plays ${JSON.stringify(replica.plays())}`));
const joinable = (replica: Replica) =>
  until(() => (replica.streams.get("camera-gate")?.wiring?.source ? null : `shows ${JSON.stringify(replica.streams.views())}`));
/** Somebody who watches the gate by this replica. @returns what they were told */
async function watchGate(replica: Replica): Promise<string[]> {
  await joinable(replica);
  const stream = replica.streams.get("camera-gate")!;
  const told: string[] = [];
  const viewer = { endpoint: stream.wiring!.source!, onEnded: (reason: string) => (told.push(reason), stream.viewers.delete(viewer)) };
  stream.viewers.add(viewer);
  return told;
}

/** A camera as the version before told of it: each replica of its own, and of none that has no media server. */
const claimedBefore = (id: string) => ({
  view: { id, title: id, kind: "camera", state: "live", isRecording: true, startedAt: "2026-01-02T03:04:05.000Z", viewers: 1 },
  media: "m1",
  pipeline: "p_kurento.MediaPipeline",
  source: "p_kurento.MediaPipeline/s_kurento.PlayerEndpoint",
});

test("one of two replicas plays each camera and writes of it; both show all, in the same order", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  await joinable(b);
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
  site.media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", { state: "FLOWING", mediaType: "VIDEO" });
  await until(() => (b.streams.views().some(({ state }) => state === "live") ? null : `b shows ${JSON.stringify(b.streams.views())}`));
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
  expect(b.streams.views()).toEqual(a.streams.views());
  expect(b.streams.views().map(({ id }) => id)).toEqual(ids);
  expect(site.media.asked.filter((asked) => asked === "create PlayerEndpoint")).toHaveLength(2);
  const posts = ["POST /classes/Stream camera-gate", "POST /classes/Stream camera-yard"];
  expect(a.asked).toEqual(
    expect.arrayContaining([...posts, "POST /classes/Camera gate connecting", "POST /classes/Camera yard connecting"]),
  );
  expect(b.asked).toEqual([]);
});

test("a replica that ends in order gives its cameras back first; the other takes them at once, and none leaves a wall", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  const told = await watchGate(b);
  const before = site.media.asked.length;
  const letGo = site.media.holdNext("release");
  const isEnded = a.end();
  await until(() => (site.media.asked.includes("release") ? null : "nothing was given back"));
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
  letGo();
  await isEnded;
  await playing(b, ids);
  await joinable(b);
  expect(told).toEqual(["The camera moved to another server"]);
  expect(b.walls.filter((wall) => wall.join() !== ids.join())).toEqual([]);
  const since = site.media.asked.slice(before).filter((asked) => /^release|create Player/.test(asked));
  expect(since.slice(0, 2)).toEqual(["release", "release"]);
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
});

test("a replica that was killed loses its cameras when it was silent too long; who watches is told when its streams go", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  const c = await site.replica("c");
  const [told, atC] = [await watchGate(b), await watchGate(c)];
  site.store.mute.add("a");
  site.time.now += replicaTimes.silentMs - 1;
  site.store.renew();
  await look(site);
  expect([b.plays(), c.plays()]).toEqual([[], []]);
  site.time.now += 1;
  await look(site);
  expect([...b.plays(), ...c.plays()].sort()).toEqual(ids);
  const sourceAt = (replica: Replica) => replica.streams.get("camera-gate")?.wiring?.source?.id;
  const ofA = sourceAt(a);
  await until(() => (sourceAt(b) !== ofA && sourceAt(b) === sourceAt(c) ? null : `sources: ${[a, b, c].map(sourceAt).join(", ")}`));
  expect([told, atC]).toEqual([[], []]);
  site.time.now += replicaTimes.settleMs;
  site.store.renew();
  await look(site);
  expect([told, atC]).toEqual([["The camera moved to another server"], ["The camera moved to another server"]]);
  expect([...b.walls, ...c.walls].filter((wall) => wall.join() !== ids.join())).toEqual([]);
});

test("a replica that was only slow keeps its cameras: who took them lets go, and nobody who watched is told", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  const [atA, atB] = [await watchGate(a), await watchGate(b)];
  site.store.mute.add("a");
  site.time.now += replicaTimes.silentMs;
  site.store.renew();
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, ids]);
  site.store.mute.delete("a");
  const before = a.streams.own();
  site.store.renew();
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
  expect(a.streams.own()).toEqual(before);
  expect([atA, atB]).toEqual([[], []]);
  expect(b.streams.get("camera-gate")!.wiring!.source!.id).toBe(before[0]!.wiring!.source!.id);
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
  expect(b.asked.filter((asked) => asked.startsWith("PUT /classes/Stream"))).toHaveLength(2);
});

test("of two that took the same cameras without knowing of each other one lets go, and its viewers go to the other", async () => {
  const site = await startSite();
  Object.assign(site.store.state, { isUp: false, upSince: Number.POSITIVE_INFINITY });
  const [a, b] = [await site.replica("a"), await site.replica("b")];
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([[], []]);
  expect(a.streams.views().map(({ id, state }) => `${id} ${state}`)).toEqual(["camera-gate connecting", "camera-yard connecting"]);
  site.time.now += replicaTimes.aloneMs - 1;
  await look(site);
  expect(a.plays()).toEqual([]);
  site.time.now += 1;
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, ids]);
  const told = [await watchGate(a), await watchGate(b)];
  await until(() => (site.players() === 4 ? null : `${site.players()} players`));
  Object.assign(site.store.state, { isUp: true, upSince: site.time.now });
  await look(site);
  const [keeps, yields] = a.plays().includes("camera-gate") ? [a, b] : [b, a];
  expect([...a.plays(), ...b.plays()].sort()).toEqual(ids);
  expect(told[yields === a ? 0 : 1]).toEqual(["The camera moved to another server"]);
  expect(told[yields === a ? 1 : 0]).toEqual([]);
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
  await joinable(yields);
  expect(yields.streams.get("camera-gate")!.wiring!.source!.id).toBe(keeps.streams.get("camera-gate")!.wiring!.source!.id);
});

test("a camera that is let go while its pipeline is made leaves nothing on the media server", async () => {
  const site = await startSite();
  const letGo = site.media.holdNext("create MediaPipeline");
  const a = await site.replica("a");
  await until(() => (site.media.objects().length === 2 ? null : `on the media server: ${site.media.objects().join(", ")}`));
  site.store.plant("old", JSON.stringify(ids.map(claimedBefore)));
  await playing(a, []);
  letGo();
  await until(() => (site.media.objects().length === 0 ? null : `left: ${site.media.objects().join(", ")}`));
});

test("while the store is away nothing moves; when it stays away each replica counts as the only one", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  await joinable(b);
  Object.assign(site.store.state, { isUp: false, upSince: Number.POSITIVE_INFINITY });
  site.time.now += replicaTimes.keepMs - 1;
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
  site.time.now += 1;
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, ids]);
  Object.assign(site.store.state, { isUp: true, upSince: site.time.now });
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
});

test("what a replica of the version before plays is its own; one whose text can't be read disturbs nobody", async () => {
  const site = await startSite();
  site.store.plant("old", JSON.stringify([claimedBefore("camera-gate")]));
  site.store.plant("odd", '{"streams":"?"}');
  const a = await site.replica("a");
  await until(() => (a.streams.views()[0]?.state === "live" ? null : `a shows ${JSON.stringify(a.streams.views())}`));
  expect(a.plays()).not.toContain("camera-gate");
  site.time.now += replicaTimes.settleMs;
  site.store.renew();
  site.store.plant("odd", "none");
  await look(site);
  expect(a.plays()).not.toContain("camera-gate");
  site.store.mute.add("old").add("odd");
  site.time.now += replicaTimes.silentMs;
  site.store.renew();
  await look(site);
  expect(a.plays()).toEqual(expect.arrayContaining(ids));
});

test("a camera that is down is down on every wall, and says why", async () => {
  const site = await startSite();
  const a = await site.replica("a");
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
  const b = await site.replica("b");
  site.media.emit("PlayerEndpoint", "Error", { description: "Invalid URI", errorCode: 0 });
  const down = { state: "down", reason: "No answer from rtsp://127.0.0.1:1/yard" };
  const yardAt = (replica: Replica) => replica.streams.views().find(({ id }) => id === "camera-yard");
  await until(() => (yardAt(b)?.state === "down" ? null : `b shows ${JSON.stringify(yardAt(b))}`));
  expect([yardAt(a), yardAt(b)]).toEqual([expect.objectContaining(down), yardAt(a)]);
  await until(() => (a.asked.includes(`POST /classes/Camera yard down ${down.reason}`) ? null : a.asked.join("; ")));
  expect(b.asked).toEqual([]);
});

test("a camera whose replica has no media server is down on every wall", async () => {
  const site = await startSite();
  const a = await site.replica("a", { url: "ws://127.0.0.1:1", times: { ...never, patienceMs: 10 } });
  const b = await site.replica("b");
  const down = { state: "down", reason: "The media server cannot play it: no media server answers" };
  await until(() => (b.streams.views().every(({ state }) => state === "down") ? null : `b shows ${JSON.stringify(b.streams.views())}`));
  expect(b.streams.views()).toEqual([
    expect.objectContaining({ id: "camera-gate", ...down }),
    expect.objectContaining({ id: "camera-yard", ...down }),
  ]);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
});

test("a replica that is alone plays all cameras at once", async () => {
  const site = await startSite();
  const a = await site.replica("a", { isAlone: true });
  expect(a.plays()).toEqual(ids);
});

test("a store that refuses what is written: a replica plays what nobody else does all the same", async () => {
  const site = await startSite();
  site.store.state.isFull = true;
  const one = await site.replica("one");
  await until(() => (one.plays().length === 2 ? null : `plays ${one.plays().join()}`));
});
