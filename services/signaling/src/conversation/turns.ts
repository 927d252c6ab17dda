/** Runs work when its turn comes. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Work of one key is done a few at a time, the rest waits in its order: who asks for much waits behind himself, not others behind him. */
export function turnsBy(atOnce: number): InTurn {
  const running = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  const leave = (key: string) => {
    const next = waiting.get(key)?.shift();
    if (next) return next();
    waiting.delete(key);
    const left = running.get(key)! - 1;
    if (left === 0) running.delete(key);
    else running.set(key, left);
  };
  return async (key, work) => {
    const count = running.get(key) ?? 0;
    if (count < atOnce) running.set(key, count + 1);
    else {
      const others = waiting.get(key) ?? [];
      waiting.set(key, others);
      await new Promise<void>((resolve) => others.push(resolve));
    }
    try {
      return await work();
    } finally {
      leave(key);
    }
  };
}
