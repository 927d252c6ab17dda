import type { Log } from "../log";
import { reasonOf } from "../log";
import type { ParseCall, ParseDate } from "../parse";
import type { LedgerClass } from "./ledger";

interface OpenRow {
  readonly objectId: string;
  readonly startedAt: ParseDate;
  /** None: a row of an earlier version. */
  readonly run?: string;
  readonly seenAt?: ParseDate;
}

const classes: readonly LedgerClass[] = ["Stream", "Recording"];
/** Why a row ended whose writer was killed, as people read it. */
export const lostReason = "The signaling server was lost";

/** What it takes to find rows that a killed process left open. */
export interface LostRowsParts {
  readonly parse: ParseCall;
  /** Whether the process that is named so lives. When that cannot be known it counts as living. */
  readonly isRunning: (run: string) => Promise<boolean>;
  readonly log: Log;
}

/**
 * Looks for rows that stay open because the process that wrote them was killed, and ends them as of the last time that it was seen. A run must
 * be missing at two looks: replicas that have just come, or whose store was restarted, are not there for a moment.
 * @returns a function that looks once; it throws what Parse answers
 */
export function lostRowsCloser({ parse, isRunning, log }: LostRowsParts): () => Promise<void> {
  let missing = new Set<string>();
  return async () => {
    const open = await Promise.all(classes.map(async (className) => ({ className, rows: await openRows(parse, className) })));
    const runs = [...new Set(open.flatMap(({ rows }) => rows.map(({ run = "" }) => run)))];
    const living = await Promise.all(runs.map(isRunning));
    const gone = new Set(runs.filter((_run, index) => !living[index]));
    const isLost = ({ run = "" }: OpenRow) => gone.has(run) && missing.has(run);
    for (const { className, rows } of open) {
      const lost = rows.filter(isLost);
      for (const { objectId, startedAt, seenAt = startedAt } of lost) {
        await parse({
          method: "PUT",
          path: `/classes/${className}/${objectId}`,
          body: { endedAt: seenAt, reason: lostReason },
          asMaster: true,
        });
      }
      if (lost.length > 0) log.warn("Ended rows that a lost signaling server left open", { class: className, rows: lost.length });
    }
    missing = gone;
  };
}

async function openRows(parse: ParseCall, className: LedgerClass): Promise<OpenRow[]> {
  const where = encodeURIComponent(JSON.stringify({ endedAt: { $exists: false } }));
  const path = `/classes/${className}?where=${where}&keys=startedAt,seenAt,run&limit=1000`;
  const { results } = await parse({ method: "GET", path, asMaster: true });
  return Array.isArray(results) ? (results as OpenRow[]) : [];
}

/** Looks now and every `everyMs`; while Parse is away nothing happens. Returns a function that stops. */
export function closeLostRows(parts: LostRowsParts, everyMs: number): () => void {
  const look = lostRowsCloser(parts);
  const quietly = () => void look().catch((error: unknown) => parts.log.debug("Cannot look for lost rows", { reason: reasonOf(error) }));
  quietly();
  const timer = setInterval(quietly, everyMs);
  return () => clearInterval(timer);
}
