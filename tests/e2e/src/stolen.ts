import { clearInterval, setInterval } from "node:timers";
import { coreTimes, stolenBetween } from "@barecast/waiting";

/** A span of this machine's time, milliseconds of its clock, and the part of its cores' time in it that its host gave to others. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1. */
  readonly stolen: number;
}

const everyMs = 1000;

/** Notes what this machine's host takes from it, second by second, until it is stopped. It runs the site and the browsers, too. */
export class StolenTime {
  private readonly spans: Span[] = [];
  private last = coreTimes();
  private readonly timer = setInterval(() => this.note(), everyMs);

  /** What was noted from the beginning to now. */
  stop(): readonly Span[] {
    clearInterval(this.timer);
    this.note();
    return this.spans;
  }

  private note(): void {
    const [from, to] = [this.last, coreTimes()];
    if (to.total > from.total) this.spans.push({ fromMs: from.atMs, toMs: to.atMs, stolen: stolenBetween(from, to) });
    this.last = to;
  }
}
