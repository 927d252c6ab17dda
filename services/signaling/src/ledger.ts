import type { Log } from "./log";
import { reasonOf } from "./log";
import { ParseRefused, type ParseCall } from "./parse";
import type { Recording, StreamView } from "./messages";

/** What was live and what was recorded, in Parse's classes `Stream` and `Recording`. Never waited for: streams go on without Parse. */
export interface Ledger {
  streamStarted(stream: Pick<StreamView, "id" | "title" | "kind" | "startedAt"> & { userId?: string }): void;
  streamEnded(streamId: string, reason: string): void;
  recordingStarted(recording: Omit<Recording, "endedAt">): void;
  recordingEnded(file: string): void;
  /** Resolves when all that could be written is written. */
  settled(): Promise<void>;
}

type ClassName = "Stream" | "Recording";

/** Each row is created once and ended once; what Parse does not take is tried again with backoff for `patienceMs`. */
export function createLedger(parse: ParseCall, log: Log, patienceMs = 600_000): Ledger {
  const rows = new Map<string, Promise<string | null>>();
  const pending = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
    return work;
  };
  const write = (what: string, request: Parameters<ParseCall>[0]) =>
    persist(() => parse({ ...request, asMaster: true }), patienceMs).catch((error: unknown) => {
      log.error("Cannot write to the ledger", { what, reason: reasonOf(error) });
      return null;
    });
  const create = (className: ClassName, key: string, body: object) =>
    rows.set(key, track(write(key, { method: "POST", path: `/classes/${className}`, body }).then((row) => row && String(row["objectId"]))));
  const end = async (className: ClassName, key: string, body: object) => {
    const objectId = await rows.get(key);
    rows.delete(key);
    if (objectId) await write(key, { method: "PUT", path: `/classes/${className}/${objectId}`, body });
  };
  return {
    streamStarted: ({ id, title, kind, startedAt, userId }) =>
      void create("Stream", `stream ${id}`, {
        streamId: id,
        title,
        kind,
        state: "live",
        startedAt: date(startedAt),
        ...(userId ? { publisher: { __type: "Pointer", className: "_User", objectId: userId } } : {}),
      }),
    streamEnded: (id, reason) =>
      void track(end("Stream", `stream ${id}`, { state: "ended", endedAt: date(new Date().toISOString()), reason })),
    recordingStarted: ({ startedAt, ...rest }) =>
      void create("Recording", `recording ${rest.file}`, { ...rest, startedAt: date(startedAt) }),
    recordingEnded: (file) => void track(end("Recording", `recording ${file}`, { endedAt: date(new Date().toISOString()) })),
    settled: async () => void (await Promise.allSettled([...pending])),
  };
}

function date(iso: string): { __type: "Date"; iso: string } {
  return { __type: "Date", iso };
}

/** Tries until it is done, refused, or `patienceMs` have passed. */
async function persist<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let delayMs = 500; ; delayMs = Math.min(delayMs * 2, 15_000)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ParseRefused || Date.now() + delayMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
    }
  }
}
