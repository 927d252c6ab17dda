import { ownTime } from "@barecast/waiting";

const POLL_MS = 100;

/**
 * Waits until `reason` gives null.
 * @returns undefined
 * @throws Error with the last reason when `timeoutMs` of this computer's own time are over or `signal` is set
 */
export async function until(reason: () => Promise<string | null>, timeoutMs: number, signal?: AbortSignal): Promise<undefined> {
  const clock = ownTime();
  for (;;) {
    const last = await reason();
    if (last === null) return undefined;
    if (signal?.aborted) throw new Error(`interrupted: ${last}`);
    if (clock() >= timeoutMs) throw new Error(`after ${Math.round(timeoutMs / 1000)} s: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
