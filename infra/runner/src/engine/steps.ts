import { type Op, type ResourceResult, RunnerError, type RunnerEvent } from "../api";
import { NotConverged, StepError } from "./handler";
import { isDefaultProvider, nameOf } from "./resource";
import { Slots } from "./slots";

/** Runs steps within the cap, tells the outside of them and keeps what became of each. Default providers are nobody's business. */
export class Steps {
  readonly results: ResourceResult[] = [];
  private readonly slots: Slots;

  constructor(private readonly o: { parallel: number; emit: (event: RunnerEvent) => void; signal: AbortSignal }) {
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
      const began = Date.now();
      try {
        if (op !== "same") tell({ kind: "start" });
        const done = await work();
        if (isTold) this.results.push({ urn, type, name, op, changed });
        tell({ kind: "end", durationMs: Date.now() - began });
        return done;
      } catch (error) {
        tell({ kind: "end", durationMs: Date.now() - began, error: (error as Error).message });
        throw this.explained(error as Error, name, op);
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
