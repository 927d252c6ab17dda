const POLL_MS = 100;

/**
 * Waits until `reason` gives null.
 * @returns undefined
 * @throws Error with the last reason when `timeoutMs` is over or `signal` is set
 */
export async function until(reason: () => Promise<string | null>, timeoutMs: number, signal?: AbortSignal): Promise<undefined> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const last = await reason();
    if (last === null) return undefined;
    if (signal?.aborted) throw new Error(`interrupted: ${last}`);
    if (Date.now() >= end) throw new Error(`after ${Math.round(timeoutMs / 1000)} s: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
