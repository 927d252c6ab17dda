/**
 * What kurento-jsonrpc keeps of its requests, by their number and by whom they go to: its `Mapper`, with the same methods. Its own looks through
 * all numbers that it has whenever one goes, to see whether that was the last, which was a third of this server's CPU time while two hundred people
 * joined.
 */
export class RequestTable<V = unknown> {
  /** Of property names, as the original has them: a number and its text are one. */
  private readonly tables = new Map<string, Map<string, V>>();

  forEach(visit: (value: V) => void): void {
    for (const table of this.tables.values()) table.forEach((value) => visit(value));
  }

  get(id: unknown, source?: unknown): V | undefined {
    return this.tables.get(String(source))?.get(String(id));
  }

  /** What is undefined or null is removed. */
  set(value: V | undefined | null, id: unknown, source?: unknown): void {
    if (value === undefined || value === null) return this.remove(id, source);
    const key = String(source);
    let table = this.tables.get(key);
    if (!table) this.tables.set(key, (table = new Map<string, V>()));
    table.set(String(id), value);
  }

  remove(id: unknown, source?: unknown): void {
    const key = String(source);
    const table = this.tables.get(key);
    if (table?.delete(String(id)) && table.size === 0) this.tables.delete(key);
  }

  pop(id: unknown, source?: unknown): V | undefined {
    const value = this.get(id, source);
    if (value !== undefined) this.remove(id, source);
    return value;
  }
}
