import { setTimeout as wait } from "node:timers/promises";

/** Waits until `reason` gives null; the last reason is the failure's text. */
export async function until(reason: () => string | null | Promise<string | null>, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const why = await reason();
    if (why === null) return;
    if (performance.now() > endMs) throw new Error(`Not within ${timeoutMs} ms: ${why}`);
    await wait(20);
  }
}
