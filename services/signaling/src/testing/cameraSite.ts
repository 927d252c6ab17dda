import { keepCameraRows } from "../ledger/cameraRows";
import { createLedger } from "../ledger/ledger";
import { createLog } from "../log";
import { Camera } from "../media/camera";
import { MediaPool } from "../media/pool";
import { probeTimes } from "../media/probe";
import { OwnCameras } from "../ownCameras";
import type { ParseCall } from "../parse";
import { alone, SharingReplicas, type Replicas } from "../replicas";
import { replicaTimes } from "../replicaTimes";
import { StreamRegistry } from "../streams";
import { until } from "./client";
import type { closeAfterEach } from "./closing";
import { memoryStore, type MemoryStore } from "./memoryStore";
import { startWireDouble, type WireDouble } from "./wireDouble";

type CloseAtEnd = ReturnType<typeof closeAfterEach>;

const log = createLog("error", () => undefined);
const cameras = ["gate", "yard"].map((name) => ({
  name,
  title: name,
  url: `rtsp://127.0.0.1:1/${name}`,
  hasPassword: false,
  record: false,
}));
/** Ids of the cameras' streams, in the order of the wall. */
export const ids = ["camera-gate", "camera-yard"];
/** Nothing is tried again. */
export const never = { patienceMs: 600_000, firstRetryMs: 600_000, lastRetryMs: 600_000 };

/** A site of two cameras: one store, one media server, and replicas that come when they are asked for. `time.now` is the clock by which they count. */
export interface CameraSite {
  readonly media: WireDouble;
  readonly store: MemoryStore;
  readonly time: { now: number };
  /** How many players there are on the media server. */
  readonly players: () => number;
  readonly replica: (run: string, options?: ReplicaOptions) => Promise<Replica>;
}
export interface ReplicaOptions {
  /** Its media server, where it is another one; it isn't waited for then. */
  readonly url?: string;
  readonly times?: typeof never;
  readonly isAlone?: boolean;
}
export type Replica = Awaited<ReturnType<typeof startReplica>>;

export async function startSite(closeAtEnd: CloseAtEnd): Promise<CameraSite> {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const time = { now: 1_000_000 };
  const store = memoryStore(time);
  const players = () => media.objects().filter((id) => id.endsWith("PlayerEndpoint")).length;
  return { media, store, time, players, replica: (run, options = {}) => startReplica(closeAtEnd, { media, store, time }, run, options) };
}

async function startReplica(
  closeAtEnd: CloseAtEnd,
  { media, store, time }: Pick<CameraSite, "media" | "store" | "time">,
  run: string,
  { url = media.url, times = never, isAlone = false }: ReplicaOptions,
) {
  /** What it wrote into Parse. */
  const asked: string[] = [];
  const parse: ParseCall = async ({ method, path, body = {} }) => {
    const { name, streamId, state, reason } = body as Record<string, unknown>;
    const words = [method, path, name ?? streamId, state, reason].filter((each) => typeof each === "string");
    if (method !== "GET") asked.push(words.join(" "));
    return { objectId: "row", results: [] };
  };
  const streams = new StreamRegistry();
  /** What was on its wall, each time it changed. */
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
  /** In order, as by SIGTERM. */
  const end = async () => {
    stopRows();
    await own.close();
    await replicas.close();
    ledger.close();
  };
  closeAtEnd(end);
  return { streams, walls, asked, end, plays: () => streams.own().map(({ id }) => id) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Lets all look at the store, and what follows from it be done. */
export async function look({ store }: CameraSite): Promise<void> {
  for (let count = 0; count < 5; count++) {
    store.tell();
    await turn();
  }
}

export const playing = (replica: Replica, wanted: readonly string[]) =>
  until(() => (JSON.stringify(replica.plays()) === JSON.stringify(wanted) ? null : `plays ${JSON.stringify(replica.plays())}`));

/** Until the gate can be joined by this replica. */
export const joinable = ({ streams }: Replica) =>
  until(() => (streams.get("camera-gate")?.wiring?.source ? null : `shows ${JSON.stringify(streams.views())}`));

/** Somebody who watches the gate by this replica. @returns what they were told */
export async function watchGate(replica: Replica): Promise<string[]> {
  await joinable(replica);
  const stream = replica.streams.get("camera-gate")!;
  const told: string[] = [];
  const viewer = { endpoint: stream.wiring!.source!, onEnded: (reason: string) => (told.push(reason), stream.viewers.delete(viewer)) };
  stream.viewers.add(viewer);
  return told;
}

/** A camera as the version before told of it: each replica of its own, and of none that has no media server. */
export const claimedBefore = (id: string) => ({
  view: { id, title: id, kind: "camera", state: "live", isRecording: true, startedAt: "2026-01-02T03:04:05.000Z", viewers: 1 },
  media: "m1",
  pipeline: "p_kurento.MediaPipeline",
  source: "p_kurento.MediaPipeline/s_kurento.PlayerEndpoint",
});
