/** State that can be looked at and followed; fits React's `useSyncExternalStore`. A snapshot stays the same object until it changes. */
export interface Observable<T> {
  getSnapshot(): T;
  /** Calls the listener after each change; returns a function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** An `Observable` that its owner sets. */
export class State<T> implements Observable<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  // Bound, because React calls both without their object.
  readonly getSnapshot = (): T => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }
}
