import { type Op, type ResourceResult, RunnerError, type RunnerEvent } from "../api";
import { NotConverged, StepError } from "./handler";
import { isDefaultProvider, nameOf } from "./resource";
import { Slots } from "./slots";

/** A step that came to its turn only when the run was to stop: not begun. */
export class NotBegun extends RunnerError {
  constructor(name: string) {
    super("interrupted", `${name}: Not begun, as the run stops`);
  }
}

export interface StepsOptions {
  parallel: number;
  emit: (event: RunnerEvent) => void;
  signal: AbortSignal;
  isStopped: () => boolean;
  fail: (error: Error) => void;
}

/** Runs steps within the cap, tells the outside of them and keeps what became of each. Default providers are nobody's business. */
export class Steps {
  readonly results: ResourceResult[] = [];
  private readonly slots: Slots;

  constructor(private readonly o: StepsOptions) {
    this.slots = new Slots(o.parallel);
  }

  /** One step, told with its duration; what stays the same takes no slot. */
  async run<T>(
    op: Op,
    { urn, type }: { urn: string; type: string },
    changed: string[],
    isSilent: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const name = nameOf(urn);
    const isTold = !isSilent && !isDefaultProvider({ urn, type });
    const tell = (event: { kind: "start" } | { kind: "end"; durationMs: number; error?: string }): void => {
      if (isTold) this.o.emit({ ...event, urn, type, name, op, changed });
    };
    const told = async (): Promise<T> => {
      if (op !== "same" && this.o.isStopped()) throw new NotBegun(name);
      const began = Date.now();
      try {
        if (op !== "same") tell({ kind: "start" });
        const done = await work();
        if (isTold) this.results.push({ urn, type, name, op, changed });
        tell({ kind: "end", durationMs: Date.now() - began });
        return done;
      } catch (error) {
        tell({ kind: "end", durationMs: Date.now() - began, error: (error as Error).message });
        const explained = this.explained(error as Error, name, op);
        // Before the slot is free: what waits for it isn't begun.
        this.o.fail(explained);
        throw explained;
      }
    };
    return op === "same" ? told() : this.slots.run(told);
  }

  private explained(error: Error, name: string, op: Op): Error {
    if (error instanceof RunnerError) return error;
    const evidence = error instanceof StepError || error instanceof NotConverged ? error.evidence : [];
    const code = this.o.signal.aborted ? "interrupted" : "step-failed";
    return Object.assign(new RunnerError(code, `${name}: Failed to ${op}: ${error.message}`, evidence), { cause: error });
  }
}
