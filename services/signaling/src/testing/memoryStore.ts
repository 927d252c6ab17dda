import { lifeSeconds, type SharedStore } from "../sharedStore";

/** A store in this process, by a clock that is the test's. */
export interface MemoryStore {
  /** The test's to set: whether the store is reached, since when, and whether it refuses what is written. */
  readonly state: { isUp: boolean; upSince: number; isFull?: boolean };
  /** Runs whose writes don't arrive: the process is dead, or its computer too busy. */
  readonly mute: Set<string>;
  /** Texts as they are written, by run. */
  readonly texts: () => Map<string, string>;
  /** Writes as a process that is not there in this test. */
  plant(run: string, text: string): void;
  /** Renews what all write whose writes arrive. */
  renew(): void;
  /** Wakes who listens. */
  tell(): void;
  /** A restart that lost everything. */
  forget(): void;
  open(): SharedStore;
}

export function memoryStore(time: { readonly now: number }): MemoryStore {
  const entries = new Map<string, { text: string; at: number }>();
  const listeners = new Set<() => void>();
  const state: MemoryStore["state"] = { isUp: true, upSince: 0 };
  const mute = new Set<string>();
  const tell = () => listeners.forEach((listener) => listener());
  const tellLater = () => void setImmediate(tell);
  const living = () => [...entries].filter(([, { at }]) => time.now - at < lifeSeconds * 1000);
  const plant = (run: string, text: string) => {
    if (!mute.has(run)) entries.set(run, { text, at: time.now });
  };
  return {
    state,
    mute,
    texts: () => new Map(living().map(([run, { text }]) => [run, text])),
    plant: (run, text) => (plant(run, text), tell()),
    renew: () => entries.forEach(({ text }, run) => plant(run, text)),
    tell,
    forget: () => entries.clear(),
    open: () => ({
      isUp: () => state.isUp,
      upSince: () => state.upSince,
      write: async (run, text) => {
        if (state.isFull) throw new Error("OOM command not allowed when used memory > 'maxmemory'.");
        if (entries.get(run)?.text !== text) tellLater();
        plant(run, text);
      },
      readAll: async () => new Map(living().map(([run, { text, at }]) => [run, { text, ageMs: time.now - at }])),
      remove: async (run) => (entries.delete(run), tellLater()),
      onChange: (listener) => void listeners.add(listener),
      close: () => undefined,
    }),
  };
}
