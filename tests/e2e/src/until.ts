import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until `check` finds nothing missing (null). What it answers, or throws, meanwhile is the reason; the last one is the failure's text.
 * @throws Error `<what>: <last reason> (waited … s)`
 */
export async function until(
  what: string,
  check: () => string | null | Promise<string | null>,
  { withinMs, everyMs = 200 }: { withinMs: number; everyMs?: number },
): Promise<void> {
  const began = Date.now();
  for (;;) {
    const reason = await Promise.resolve()
      .then(check)
      .catch((error: unknown) => (error instanceof Error ? error.message || error.name : String(error)));
    if (reason === null) return;
    const waitedMs = Date.now() - began;
    if (waitedMs >= withinMs) throw new Error(`${what}: ${reason} (waited ${(waitedMs / 1000).toFixed(1)} s)`);
    await delay(Math.min(everyMs, withinMs - waitedMs));
  }
}
