import { until as waiting } from "@barecast/waiting";

/**
 * Waits until `check` finds nothing missing (null). What it answers, or throws, meanwhile is the reason; the last one is the failure's text.
 * @throws Error `<what>: <last reason> (waited … s)`
 */
export function until(
  what: string,
  check: () => string | null | Promise<string | null>,
  { withinMs, everyMs = 200 }: { withinMs: number; everyMs?: number },
): Promise<void> {
  const reason = () =>
    Promise.resolve()
      .then(check)
      .catch((error: unknown) => (error instanceof Error ? error.message || error.name : String(error)));
  return waiting(reason, {
    withinMs,
    everyMs,
    fail: (last, waitedMs) => new Error(`${what}: ${last} (waited ${(waitedMs / 1000).toFixed(1)} s)`),
  });
}
