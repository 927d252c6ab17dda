import { readFileSync } from "node:fs";
import { clearInterval, setInterval } from "node:timers";

/** A span of this machine's time, milliseconds of its clock, and the part of its cores' time in it that its host gave to others. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1. */
  readonly stolen: number;
}

interface Times {
  readonly atMs: number;
  readonly total: number;
  readonly steal: number;
}

/** The times of all cores of a `/proc/stat` (proc_stat(5)): guests' are part of the user's. */
export function readTimes(text: string, atMs: number): Times {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(" ").map(Number) ?? [];
  return { atMs, total: fields.slice(0, 8).reduce((sum, field) => sum + field, 0), steal: fields[7] ?? 0 };
}

const everyMs = 1000;

/** Notes what this machine's host takes from it, second by second, until it is stopped. It runs the site and the browsers, too. */
export class StolenTime {
  private readonly spans: Span[] = [];
  private last = now();
  private readonly timer = setInterval(() => this.note(), everyMs);

  /** What was noted from the beginning to now. */
  stop(): readonly Span[] {
    clearInterval(this.timer);
    this.note();
    return this.spans;
  }

  private note(): void {
    const [from, to] = [this.last, now()];
    if (to.total > from.total)
      this.spans.push({ fromMs: from.atMs, toMs: to.atMs, stolen: (to.steal - from.steal) / (to.total - from.total) });
    this.last = to;
  }
}

const now = (): Times => readTimes(readFileSync("/proc/stat", "utf8"), Date.now());
