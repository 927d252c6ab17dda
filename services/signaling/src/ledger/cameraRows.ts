import { isDeepStrictEqual } from "node:util";
import type { CameraConfig } from "../config";
import type { Log } from "../log";
import { reasonOf } from "../log";
import type { StreamView } from "../messages";
import { parseDate, persist, type ParseCall, type ParseRequest } from "../parse";
import { cameraStreamId, type Stream, type StreamRegistry } from "../streams";

/** A row of Parse's class `Camera`: what everybody who watches may know of a camera. Its user and password stay here. */
export interface CameraRow {
  readonly name: string;
  readonly title: string;
  readonly state: StreamView["state"];
  readonly reason?: string;
}
export interface StoredCamera extends CameraRow {
  readonly objectId: string;
}

/** What the rows are to say, of the cameras that this replica plays; `names` are all cameras of the site. */
export interface WantedRows {
  readonly names: readonly string[];
  readonly rows: readonly CameraRow[];
}

/**
 * The requests that make the stored rows say what is. Pure. `since` is when a state was first seen, so a row that says the same already stays.
 * `isFirst`: at the start of a process, rows of cameras that the site no longer has go; later they may be a newer process' cameras.
 */
export function cameraChanges(stored: readonly StoredCamera[], { names, rows }: WantedRows, isFirst: boolean, now: Date): ParseRequest[] {
  const since = parseDate(now);
  const path = "/classes/Camera";
  const kept = new Map(names.map((name) => [name, stored.find((row) => row.name === name)]));
  const superfluous = isFirst ? stored.filter((row) => kept.get(row.name) !== row) : [];
  return [
    ...superfluous.map(({ objectId }): ParseRequest => ({ method: "DELETE", path: `${path}/${objectId}`, asMaster: true })),
    ...rows.flatMap((row): ParseRequest[] => {
      const { objectId, ...found } = kept.get(row.name) ?? {};
      if (objectId === undefined) return [{ method: "POST", path, body: { ...row, since }, asMaster: true }];
      if (isDeepStrictEqual(found, row)) return [];
      const { reason = { __op: "Delete" } } = row;
      return [{ method: "PUT", path: `${path}/${objectId}`, body: { ...row, reason, since }, asMaster: true }];
    }),
  ];
}

/**
 * Keeps the class `Camera` as the wall is, each row by the replica that plays the camera, with one writer at a time; what Parse does not take is
 * tried again. Returns a function that stops.
 */
export function keepCameraRows(
  parse: ParseCall,
  cameras: readonly Pick<CameraConfig, "name">[],
  streams: StreamRegistry,
  log: Log,
): () => void {
  let written = "";
  let isFirst = true;
  let isWriting = false;
  let isOver = false;
  const names = cameras.map(({ name }) => name);
  const rows = () =>
    names.flatMap((name) => streams.own().flatMap((stream) => (stream.id === cameraStreamId(name) ? rowOf(name, stream) : [])));
  const write = async () => {
    if (isOver) return;
    const wanted = rows();
    const requests = cameraChanges(await storedCameras(parse), { names, rows: wanted }, isFirst, new Date());
    for (const request of requests) await parse(request);
    isFirst = false;
    written = JSON.stringify(wanted);
  };
  const follow = async () => {
    if (isWriting || isOver) return;
    isWriting = true;
    try {
      while (!isOver && written !== JSON.stringify(rows())) await persist(write, Number.POSITIVE_INFINITY);
    } catch (error) {
      log.error("Cannot write the cameras' rows", { reason: reasonOf(error) });
    } finally {
      isWriting = false;
    }
  };
  const stopListening = streams.onChange(() => void follow());
  void follow();
  return () => {
    isOver = true;
    stopListening();
  };
}

function rowOf(name: string, { title, state, reason }: Stream): CameraRow {
  return { name, title, state, ...(state === "down" && reason !== undefined ? { reason } : {}) };
}

async function storedCameras(parse: ParseCall): Promise<StoredCamera[]> {
  const { results } = await parse({ method: "GET", path: "/classes/Camera?limit=1000&keys=name,title,state,reason", asMaster: true });
  return (Array.isArray(results) ? (results as StoredCamera[]) : []).map(({ objectId, name, title, state, reason }) => ({
    objectId,
    name,
    title,
    state,
    ...(reason === undefined ? {} : { reason }),
  }));
}
