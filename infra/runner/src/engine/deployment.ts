import { type ResourceResult, RunnerError, type RunnerEvent } from "../api";
import { deleteAll, withNeeds } from "./deletion";
import type { Context, HandlerSource } from "./handler";
import { Ledger } from "./ledger";
import { Maker } from "./maker";
import { Placement, type Registered } from "./placement";
import { type Goal, nameOf, type PendingOperation, type Resource, ROOT_TYPE } from "./resource";
import { NotBegun, Steps } from "./steps";
import { reveal, type Values } from "./values";

export interface DeploymentOptions {
  stack: string;
  project: string;
  isPreview: boolean;
  parallel: number;
  resources: Resource[];
  handlers: HandlerSource;
  /** Inputs of the default provider of a package. */
  defaultProvider: (type: string, version: string) => Values;
  save: (snapshot: { resources: Resource[]; pending: PendingOperation[] }) => Promise<void>;
  emit: (event: RunnerEvent) => void;
  signal: AbortSignal;
}

/**
 * One run over the resources, from their last state to what the program asks for. Knows neither Docker nor how the program speaks to
 * it. After the first failure nothing more is begun; what runs may end.
 */
export class Deployment {
  failure: Error | undefined;
  private readonly ledger: Ledger;
  private readonly steps: Steps;
  private readonly maker: Maker;
  private readonly placement: Placement;
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly o: DeploymentOptions) {
    this.ledger = new Ledger(o.resources, () => new Date().toISOString());
    this.steps = new Steps({ ...o, isStopped: () => this.isStopped(), fail: (error) => this.fail(error) });
    const contextOf = (resource: Resource): Context => this.contextOf(resource);
    const parts = { ...o, ledger: this.ledger, steps: this.steps, contextOf, save: () => this.save() };
    this.maker = new Maker(parts);
    this.placement = new Placement({ ...parts, maker: this.maker });
  }

  /** What became of each resource, in the order in which it did. */
  get results(): ResourceResult[] {
    return this.steps.results;
  }

  /** Makes a resource what the program asks for. Never resolves once the deployment has failed. */
  async register(goal: Goal): Promise<Registered> {
    if (this.isStopped()) return new Promise(() => {});
    const work = this.placement.place(goal).catch((error: Error) => {
      throw error instanceof RunnerError
        ? error
        : Object.assign(new RunnerError("step-failed", `${goal.name}: ${error.message}`), { cause: error });
    });
    this.running.add(work);
    const registered = await work.then(
      (done) => done,
      (error: Error) => this.fail(error),
    );
    this.running.delete(work);
    return registered ?? new Promise(() => {});
  }

  registerOutputs(urn: string, outputs: Values): void {
    const resource = this.ledger.news.get(urn);
    if (resource && !this.isStopped()) this.ledger.put({ ...resource, outputs }, resource);
  }

  fail(error: Error): void {
    if (!(error instanceof NotBegun)) this.failure ??= error;
  }

  isStopped(): boolean {
    return this.failure !== undefined || this.o.signal.aborted;
  }

  /** Resolves when no step runs. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  /** Outputs of the root, as the last registration left them. */
  outputs(): Values {
    return [...this.ledger.news.values()].find(({ type }) => type === ROOT_TYPE)?.outputs ?? {};
  }

  save(): Promise<void> {
    return this.o.isPreview ? Promise.resolve() : this.o.save(this.ledger.snapshot());
  }

  /**
   * Deletes what the program no longer asks for; only to be called when it ended well.
   * @throws RunnerError `protected`, `unsupported`, before anything is deleted
   */
  async removeRest(onProtected: "refuse" | "keep" | "delete" = "refuse"): Promise<void> {
    const rest = [...this.ledger.olds.values(), ...this.ledger.leavers];
    const guarded = onProtected === "delete" ? [] : rest.filter(({ protect }) => protect);
    if (guarded.length > 0 && onProtected === "refuse")
      throw new RunnerError(
        "protected",
        `${guarded.map(({ urn }) => nameOf(urn)).join(", ")}: Protected, and no longer in the program. Take the protection off first, or put it back`,
        guarded.map(({ urn }) => urn),
      );
    const kept = new Set(withNeeds(guarded, rest));
    const unwanted = rest.filter((resource) => !kept.has(resource));
    for (const resource of unwanted) this.maker.deleterOf(resource);
    await deleteAll(unwanted, async (resource) => {
      if (this.isStopped()) return false;
      await this.steps.run("delete", resource, [], this.maker.replaced.has(resource), () => this.maker.remove(resource));
      return true;
    });
  }

  private contextOf({ urn, provider: ref }: Resource): Context {
    const { signal, emit } = this.o;
    const provider = ref ? this.ledger.byRef(ref) : undefined;
    const log = (severity: "info" | "warning", message: string): void => emit({ kind: "log", severity, message, urn });
    return { urn, name: nameOf(urn), provider: reveal(provider?.inputs ?? {}), signal, log };
  }
}
