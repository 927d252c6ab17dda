import { ownTime, until as waiting } from "@barecast/waiting";

/**
 * Waits until `check` finds nothing missing (null). What it answers, or throws, meanwhile is the reason; the last one is the failure's text.
 * @param withinMs of the time that this machine had for itself ({@link ownTime})
 * @throws Error `<what>: <last reason> (waited … s)`
 */
export function until(
  what: string,
  check: () => string | null | Promise<string | null>,
  { withinMs, everyMs = 200 }: { withinMs: number; everyMs?: number },
  clock = ownTime(),
): Promise<void> {
  const reason = () =>
    Promise.resolve()
      .then(check)
      .catch((error: unknown) => (error instanceof Error ? error.message || error.name : String(error)));
  const began = Date.now();
  return waiting(reason, {
    withinMs,
    everyMs,
    clock,
    fail: (last, ownMs) => {
      const waitedMs = Date.now() - began;
      const taken = waitedMs - ownMs < 1000 ? "" : `, of which its host took ${seconds(waitedMs - ownMs)}`;
      return new Error(`${what}: ${last} (waited ${seconds(waitedMs)}${taken})`);
    },
  });
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
