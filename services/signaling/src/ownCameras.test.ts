import { replicaTimes } from "./replicaTimes";
import { claimedBefore, ids, joinable, look, playing, startSite, watchGate, type Replica } from "./testing/cameraSite";
import { until } from "./testing/client";
import { closeAfterEach } from "./testing/closing";

// Which replica plays a camera, and how that changes.
const closeAtEnd = closeAfterEach();

test("one of two replicas plays each camera and writes of it; both show all, in the same order", async () => {
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
  const a = await site.replica("a");
  await playing(a, ids);
  const b = await site.replica("b");
  const told = await watchGate(b);
  const before = site.media.asked.length;
  const letGo = site.media.holdNext("release");
  const ended = a.end();
  await until(() => (site.media.asked.includes("release") ? null : "nothing was given back"));
  await look(site);
  expect([a.plays(), b.plays()]).toEqual([ids, []]);
  letGo();
  await ended;
  await playing(b, ids);
  await joinable(b);
  expect(told).toEqual(["The camera moved to another server"]);
  expect(b.walls.filter((wall) => wall.join() !== ids.join())).toEqual([]);
  const since = site.media.asked.slice(before).filter((asked) => /^release|create Player/.test(asked));
  expect(since.slice(0, 2)).toEqual(["release", "release"]);
  await until(() => (site.players() === 2 ? null : `${site.players()} players`));
});

test("a replica that was killed loses its cameras when it was silent too long; who watches is told when its streams go", async () => {
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
  const letGo = site.media.holdNext("create MediaPipeline");
  const a = await site.replica("a");
  await until(() => (site.media.objects().length === 2 ? null : `on the media server: ${site.media.objects().join(", ")}`));
  site.store.plant("old", JSON.stringify(ids.map(claimedBefore)));
  await playing(a, []);
  letGo();
  await until(() => (site.media.objects().length === 0 ? null : `left: ${site.media.objects().join(", ")}`));
});

test("a replica that is alone plays all cameras at once", async () => {
  const site = await startSite(closeAtEnd);
  const a = await site.replica("a", { isAlone: true });
  expect(a.plays()).toEqual(ids);
});

test("a store that refuses what is written: a replica plays what nobody else does all the same", async () => {
  const site = await startSite(closeAtEnd);
  site.store.state.isFull = true;
  const one = await site.replica("one");
  await until(() => (one.plays().length === 2 ? null : `plays ${one.plays().join()}`));
});
