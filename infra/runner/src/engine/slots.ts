/** A cap on how much runs at once. */
export class Slots {
  private waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly cap: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.cap) await new Promise<void>((go) => this.waiting.push(go));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
