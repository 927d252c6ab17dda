/** What has to be shown while something long runs: one line a step with its duration; on a terminal the running step, too. */
export class Progress {
  readonly #isTerminal: boolean;
  #running: string | null = null;
  #began = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `signal`: Ctrl-C. No step begins after it, and none ends well. */
  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly signal: AbortSignal,
  ) {
    this.#isTerminal = Boolean(out.isTTY) && process.env.CI === undefined;
  }

  /** Runs `work` under a title. `note` may tell what came of it. */
  async step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    let noted = "";
    const began = Date.now();
    this.#start(title, began);
    try {
      const result = await work((text) => (noted = text));
      this.signal.throwIfAborted();
      this.#finish(`  ${title.padEnd(34)} ${seconds(Date.now() - began)}  ${noted}`.trimEnd());
      return result;
    } catch (error) {
      this.#finish(`  ${title.padEnd(34)} ${seconds(Date.now() - began)}  ${this.signal.aborted ? "interrupted" : "failed"}`);
      throw error;
    }
  }

  /** A line inside a step: a resource, a task, an image. */
  line(text: string): void {
    this.#clear();
    this.out.write(`    ${text}\n`);
    this.#draw();
  }

  #start(title: string, began: number): void {
    this.#running = title;
    this.#began = began;
    if (!this.#isTerminal) return;
    this.#draw();
    this.#timer = setInterval(() => {
      this.#clear();
      this.#draw();
    }, 1000);
  }

  #finish(text: string): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#clear();
    this.#running = null;
    this.out.write(`${text}\n`);
  }

  #clear(): void {
    if (this.#isTerminal && this.#running !== null) this.out.write("\r\x1b[2K");
  }

  #draw(): void {
    if (this.#isTerminal && this.#running !== null) this.out.write(`  ${this.#running} … ${seconds(Date.now() - this.#began).trim()}`);
  }
}

/** `  3.2s`, `1m04s`: six characters wide. */
export function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  const text = ms < 59_950 ? `${(ms / 1000).toFixed(1)}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
  return text.padStart(6);
}
