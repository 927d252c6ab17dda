import { replicaTimes } from "./replicaTimes";
import { claimedBefore, ids, joinable, look, never, playing, startSite, type Replica } from "./testing/cameraSite";
import { until } from "./testing/client";
import { closeAfterEach } from "./testing/closing";

// What the walls show of cameras that other replicas play, and what happens without a store or beside another version.
const closeAtEnd = closeAfterEach();

test("while the store is away nothing moves; when it stays away each replica counts as the only one", async () => {
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
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
  const site = await startSite(closeAtEnd);
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
