import { setTimeout as delay } from "node:timers/promises";
import { ownTime } from "./ownTime";

export interface Patience {
  readonly withinMs: number;
  readonly everyMs?: number;
  /** Makes the failure out of the last reason and the milliseconds that count. Default: an Error with both. */
  readonly fail?: (reason: string, waitedMs: number) => Error | Promise<Error>;
  /** Ends the waiting with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds that count for `withinMs`, from any beginning. Default: {@link ownTime}. */
  readonly clock?: () => number;
}

/**
 * Waits until `check` finds nothing missing (null). What it answers meanwhile is the reason; the last one is the failure's text. What it
 * throws ends the waiting.
 */
export async function until(check: () => string | null | Promise<string | null>, patience: Patience): Promise<void> {
  const { withinMs, everyMs = 100, fail = late, signal, clock = ownTime() } = patience;
  const began = clock();
  for (;;) {
    signal?.throwIfAborted();
    const reason = await check();
    if (reason === null) return;
    const waitedMs = clock() - began;
    if (waitedMs >= withinMs) throw await fail(reason, waitedMs);
    await delay(Math.min(everyMs, withinMs - waitedMs));
  }
}

const late = (reason: string, waitedMs: number) => new Error(`${reason} (waited ${(waitedMs / 1000).toFixed(1)} s)`);
