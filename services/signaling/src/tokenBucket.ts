/** At most `burst` at once and `perSecond` in the long run. `take()` says whether one more may pass. */
export function tokenBucket(burst: number, perSecond: number, now: () => number = Date.now): { take(): boolean } {
  let tokens = burst;
  let at = now();
  return {
    take() {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - at) / 1000) * perSecond);
      at = time;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
