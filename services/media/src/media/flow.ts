/** Silence after which media no longer counts as flowing (a real server was seen to take 2.6 to 3 s). */
export const NOT_FLOWING_MS = 2_600;
const CHECK_MS = 200;

const watched = new Set<Flow>();
let timer: NodeJS.Timeout | undefined;

/** Notices whether packets flow at one place. `touch` is on the path of every packet: it must stay cheap. */
export class Flow {
  isFlowing = false;
  packets = 0;
  bytes = 0;
  private seenPackets = 0;
  private lastChangeMs = 0;

  constructor(private readonly onChange: (isFlowing: boolean) => void) {}

  touch(bytes: number): void {
    this.packets++;
    this.bytes += bytes;
    if (!this.isFlowing) this.start();
  }

  private start(): void {
    this.isFlowing = true;
    this.seenPackets = this.packets;
    this.lastChangeMs = performance.now();
    watched.add(this);
    timer ??= setInterval(() => watched.forEach((flow) => flow.check(performance.now())), CHECK_MS).unref();
    this.onChange(true);
  }

  private check(nowMs: number): void {
    if (this.packets !== this.seenPackets) {
      this.seenPackets = this.packets;
      this.lastChangeMs = nowMs;
    } else if (nowMs - this.lastChangeMs >= NOT_FLOWING_MS) this.stop();
  }

  /** Ends the watch; says NOT_FLOWING once if it was flowing. */
  stop(): void {
    if (!this.isFlowing) return;
    this.isFlowing = false;
    watched.delete(this);
    if (watched.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    this.onChange(false);
  }

  /** Ends the watch without a word (the element is gone). */
  discard(): void {
    this.isFlowing = false;
    watched.delete(this);
  }
}
