import type { Log } from "../log";
import type { KurentoSession } from "./kurento";

/** Marks a pipeline as ours and names the process that made it, so that what an earlier run left behind is known. */
export const runTag = "barecast.run";

/** A replica that was killed is known as gone only after a while: what it left behind is looked for again and again. Milliseconds. */
export interface SweepTimes {
  /** From the look at the start to the second one, which may release. */
  readonly firstMs: number;
  readonly everyMs: number;
}
/** What a site takes. */
export const sweepTimes: SweepTimes = { firstMs: 2000, everyMs: 15_000 };

/** Whose pipelines are looked at, by whom. */
export interface OrphanParts {
  /** Of the media server, for the log. */
  readonly name: string;
  /** Names this process. */
  readonly run: string;
  /** Whether the process that is named so lives. When that cannot be known it counts as living. */
  readonly isRunning: (run: string) => Promise<boolean>;
}

/**
 * Releases pipelines that an earlier run left behind on the media server. A run must be missing at two looks in a row: a replica that has just
 * come, or whose store was restarted, is missing for a moment.
 * @returns a function that looks once; `isNew` says that the session has made nothing yet, so that even this run's own pipelines are those of
 * a session that was lost. It rejects when the media server does not answer.
 */
export function orphanReleaser(
  { name, run, isRunning }: OrphanParts,
  session: KurentoSession,
  log: Log,
): (isNew: boolean) => Promise<void> {
  let missing: ReadonlySet<string> = new Set();
  return async (isNew) => {
    const gone = new Set<string>();
    const isOrphan = async (maker: string) => {
      if (maker === run) return isNew;
      if (await isRunning(maker)) return false;
      gone.add(maker);
      return missing.has(maker);
    };
    for (const id of (await session.manager.call("getPipelines")) ?? []) {
      const pipeline = session.made(id);
      const maker = await pipeline.call("getTag", runTag).catch(() => null); // null: not ours, or released meanwhile
      if (!maker || !(await isOrphan(maker))) continue;
      await pipeline.release();
      log.warn("Released a pipeline that an earlier run left behind", { media: name });
    }
    missing = gone;
  };
}
