/**
 * Asks `probe` again and again until it answers null; its last reason is the failure's text.
 *
 * @param probe null: done; text: why not yet.
 * @param fail makes the error out of the last reason.
 */
export async function until(
  probe: () => Promise<string | null>,
  { timeoutMs, intervalMs = 50, fail }: { timeoutMs: number; intervalMs?: number; fail: (reason: string) => Promise<Error> | Error },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const reason = await probe();
    if (reason === null) return;
    if (Date.now() >= deadline) throw await fail(reason);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
