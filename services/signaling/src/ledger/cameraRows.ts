import { isDeepStrictEqual } from "node:util";
import type { CameraConfig } from "../config";
import type { Log } from "../log";
import { reasonOf } from "../log";
import type { StreamView } from "../messages";
import { parseDate, persist, type ParseCall, type ParseRequest } from "../parse";
import type { StreamRegistry } from "../streams";

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

/**
 * The requests that make the stored rows say what is. Pure. `since` is when a state was first seen, so a row that says the same already stays.
 * `isFirst`: at the start of a process, rows of cameras that the site no longer has go; later they may be a newer process' cameras.
 */
export function cameraChanges(stored: readonly StoredCamera[], rows: readonly CameraRow[], isFirst: boolean, now: Date): ParseRequest[] {
  const since = parseDate(now);
  const path = "/classes/Camera";
  const kept = rows.map(({ name }) => stored.find((row) => row.name === name));
  const superfluous = isFirst ? stored.filter((row) => !kept.includes(row)) : [];
  return [
    ...superfluous.map(({ objectId }): ParseRequest => ({ method: "DELETE", path: `${path}/${objectId}`, asMaster: true })),
    ...rows.flatMap((row, index): ParseRequest[] => {
      const { objectId, ...found } = kept[index] ?? {};
      if (objectId === undefined) return [{ method: "POST", path, body: { ...row, since }, asMaster: true }];
      if (isDeepStrictEqual(found, row)) return [];
      const { reason = { __op: "Delete" } } = row;
      return [{ method: "PUT", path: `${path}/${objectId}`, body: { ...row, reason, since }, asMaster: true }];
    }),
  ];
}

/** Keeps the class `Camera` as the wall is, with one writer at a time; what Parse does not take is tried again. Returns a function that stops. */
export function keepCameraRows(parse: ParseCall, cameras: readonly CameraConfig[], streams: StreamRegistry, log: Log): () => void {
  let written = "";
  let isFirst = true;
  let isWriting = false;
  let isOver = false;
  const rows = () => cameras.map(({ name, title }) => rowOf({ name, title }, streams.get(`camera-${name}`)));
  const write = async () => {
    if (isOver) return;
    const wanted = rows();
    const requests = cameraChanges(await storedCameras(parse), wanted, isFirst, new Date());
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

function rowOf({ name, title }: Pick<CameraRow, "name" | "title">, stream: Pick<StreamView, "state" | "reason"> | undefined): CameraRow {
  const { state = "connecting", reason } = stream ?? {};
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
