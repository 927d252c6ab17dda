import type { Log } from "../log";
import { reasonOf } from "../log";
import type { Recording, StreamView } from "../messages";
import { parseDate, persist, type ParseCall } from "../parse";

/** What was live and what was recorded, in Parse's classes `Stream` and `Recording`. Never waited for: streams go on without Parse. */
export interface Ledger {
  streamStarted(stream: Pick<StreamView, "id" | "title" | "kind" | "startedAt"> & { userId?: string }): void;
  streamEnded(streamId: string, reason: string): void;
  recordingStarted(recording: Omit<Recording, "endedAt">): void;
  recordingEnded(file: string): void;
  /** Resolves when all that could be written is written. */
  settled(): Promise<void>;
  close(): void;
}

export interface LedgerOptions {
  /** Names this process in its rows. */
  readonly run: string;
  /** How long a row that Parse does not take is tried again. */
  readonly patienceMs?: number;
  /** How often open rows say that they still are: a killed process' rows end as of then (lostRows.ts). */
  readonly beatMs?: number;
}

export type LedgerClass = "Stream" | "Recording";

/** Each row is created once and ended once. */
export function createLedger(parse: ParseCall, log: Log, { run, patienceMs = 600_000, beatMs = 30_000 }: LedgerOptions): Ledger {
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
  const create = (className: LedgerClass, key: string, body: object) => {
    const made = write(key, { method: "POST", path: `/classes/${className}`, body: { ...body, run } });
    rows.set(key, track(made.then((row) => row && `/classes/${className}/${String(row["objectId"])}`)));
  };
  const end = async (key: string, reason?: string) => {
    const endedAt = parseDate(new Date());
    const path = await rows.get(key);
    rows.delete(key);
    if (path) await write(key, { method: "PUT", path, body: { endedAt, ...(reason === undefined ? {} : { reason }) } });
  };
  const beat = async () => {
    for (const [key, row] of [...rows]) {
      const path = await row;
      const seenAt = parseDate(new Date());
      // One that fails is not tried again: the next beat says more.
      if (path && rows.has(key)) await parse({ method: "PUT", path, body: { seenAt }, asMaster: true }).catch(() => undefined);
    }
  };
  const timer = setInterval(() => void track(beat()), beatMs);
  return {
    streamStarted: ({ id, title, kind, startedAt, userId }) =>
      create("Stream", `stream ${id}`, {
        streamId: id,
        title,
        kind,
        startedAt: parseDate(new Date(startedAt)),
        ...(userId ? { user: { __type: "Pointer", className: "_User", objectId: userId } } : {}),
      }),
    streamEnded: (id, reason) => void track(end(`stream ${id}`, reason)),
    recordingStarted: ({ startedAt, ...rest }) =>
      create("Recording", `recording ${rest.file}`, { ...rest, startedAt: parseDate(new Date(startedAt)) }),
    recordingEnded: (file) => void track(end(`recording ${file}`)),
    settled: async () => void (await Promise.allSettled([...pending])),
    close: () => clearInterval(timer),
  };
}
