import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until `check` finds nothing missing (null). What it answers or throws meanwhile is the reason; the last one is the failure's text.
 * @throws Error after `withinMs`, or at once when `signal` is aborted
 */
export async function until(
  check: () => Promise<string | null>,
  { withinMs, everyMs = 250, signal }: { withinMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const reason = await check().catch((error: unknown) => (error instanceof Error ? error.message || error.name : String(error)));
    if (reason === null) return;
    if (Date.now() >= deadline) throw new Error(`${reason} (waited ${withinMs} ms)`);
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}
