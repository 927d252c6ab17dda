import { RunnerError, type Op, type ResourceResult, type RunnerEvent } from "../api";
import { deleteAll, withNeeds } from "./deletion";
import { type Context, type Handler, type HandlerSource, type Made, NotConverged, StepError } from "./handler";
import { Ledger } from "./ledger";
import { changedPaths, ignoringChanges } from "./paths";
import {
  type Goal,
  isDefaultProvider,
  isProvider,
  nameOf,
  type PendingOperation,
  providerTypeOf,
  type Resource,
  ROOT_TYPE,
  urnOf,
} from "./resource";
import { Slots } from "./slots";
import { isEqual, isSecret, reveal, secret, UNKNOWN, type Values } from "./values";

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

/** What the program is told of a resource it asked for. */
export interface Registered {
  urn: string;
  id?: string;
  outputs: Values;
}

type Answer = { outputs: Values; id?: string };

/**
 * Decides what becomes of each resource: created, updated, replaced, left or deleted. Knows neither Docker nor how the program
 * speaks to it. After the first failure nothing more is begun; what runs may end.
 */
export class Deployment {
  readonly results: ResourceResult[] = [];
  failure: Error | undefined;
  private readonly ledger: Ledger;
  private readonly slots: Slots;
  private readonly asked = new Set<string>();
  private readonly defaults = new Map<string, Promise<Resource>>();
  private readonly running = new Set<Promise<unknown>>();
  /** Deleted before their replacement is made, or (in a preview) to be: the old resource by URN. */
  private readonly early = new Map<string, Resource>();
  /** Told as one replacement, not as a deletion too. */
  private readonly replaced = new Set<Resource>();

  constructor(private readonly o: DeploymentOptions) {
    this.ledger = new Ledger(o.resources, () => new Date().toISOString());
    this.slots = new Slots(o.parallel);
  }

  /** Makes a resource what the program asks for. Never resolves once the deployment has failed. */
  async register(goal: Goal): Promise<Registered> {
    if (this.isStopped()) return new Promise(() => {});
    const work = this.place(goal).catch((error: Error) => {
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
    this.failure ??= error;
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
   * @throws RunnerError `protected`, before anything is deleted
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
    await deleteAll(unwanted, async (resource) => {
      if (this.isStopped()) return false;
      await this.step("delete", resource, [], this.replaced.has(resource), () => this.removeOne(resource));
      return true;
    });
  }

  private async place(goal: Goal): Promise<Registered> {
    const urn = urnOf(this.o.stack, this.o.project, goal);
    if (this.asked.has(urn))
      throw new RunnerError("program-failed", `${goal.name}: Two resources of type ${goal.type} have this name (${urn}). Rename one`);
    this.asked.add(urn);
    const old = this.ledger.take(urn, goal.aliases);
    const draft: Resource = {
      urn,
      type: goal.type,
      custom: goal.custom,
      inputs: goal.inputs,
      outputs: {},
      ...(goal.parent ? { parent: goal.parent } : {}),
      dependencies: [...goal.dependencies].sort(),
      propertyDependencies: Object.fromEntries(Object.entries(goal.propertyDependencies).map(([key, urns]) => [key, [...urns].sort()])),
      ...(goal.protect ? { protect: true } : {}),
      ...(goal.additionalSecretOutputs.length > 0 ? { additionalSecretOutputs: goal.additionalSecretOutputs } : {}),
      ...(goal.ignoreChanges.length > 0 ? { ignoreChanges: goal.ignoreChanges } : {}),
      ...(old?.rest ? { rest: old.rest } : {}),
    };
    return goal.custom ? this.placeCustom(goal, draft, old) : this.placeComponent(draft, old);
  }

  private async placeComponent(draft: Resource, old: Resource | undefined): Promise<Registered> {
    const changed = old ? changedPaths(old.inputs, draft.inputs) : [];
    const op: Op = !old ? "create" : isEqual(reveal(old.inputs), reveal(draft.inputs)) ? "same" : "update";
    await this.step(op, draft, changed, false, async () => {
      this.ledger.put({ ...draft, outputs: old?.outputs ?? {} }, old);
      if (op !== "same") await this.save();
    });
    return { urn: draft.urn, outputs: draft.inputs };
  }

  private async placeCustom(goal: Goal, draft: Resource, old: Resource | undefined): Promise<Registered> {
    const handler = this.handlerOf(goal);
    const provider = isProvider(goal.type) ? undefined : await this.providerOf(goal);
    if (provider) draft.provider = `${provider.urn}::${provider.id ?? UNKNOWN}`;
    const wanted = isProvider(goal.type)
      ? { ...goal.inputs, ...(goal.version ? { version: goal.version, __internal: {} } : {}) }
      : goal.inputs;
    const context = this.contextOf(draft, provider);
    const before = old ?? this.early.get(draft.urn);
    const news = before ? ignoringChanges(wanted, before.inputs, goal.ignoreChanges) : wanted;
    draft.inputs = await handler.check(news, before?.inputs, context);
    const answer = await this.decide(goal, handler, context, draft, old);
    return { urn: draft.urn, ...answer };
  }

  private async decide(goal: Goal, handler: Handler, context: Context, draft: Resource, old: Resource | undefined): Promise<Answer> {
    const early = this.early.get(draft.urn);
    if (!old || early)
      return this.create(early ? "replace" : "create", handler, context, draft, early && changedPaths(early.inputs, draft.inputs));
    const { changed, replaces, deleteBeforeReplace } = await handler.diff(old, draft.inputs, context);
    const hasOtherProvider = this.hasOtherProvider(old, draft);
    if (replaces.length > 0 || hasOtherProvider) {
      if (old.protect)
        throw new RunnerError(
          "protected",
          `${context.name}: Protected, but a change of ${replaces.join(", ") || "its provider"} replaces it. Take the protection off first`,
        );
      if (goal.deleteBeforeReplace ?? deleteBeforeReplace) await this.removeEarly(old);
      return this.create("replace", handler, context, draft, changed, old);
    }
    if (changed.length > 0 || (old.initErrors?.length ?? 0) > 0) return this.update(handler, context, draft, old, changed);
    return this.keep(draft, old);
  }

  private async keep(draft: Resource, old: Resource): Promise<Answer> {
    await this.step("same", draft, [], false, async () => {
      this.ledger.put({ ...draft, id: old.id!, outputs: old.outputs }, old);
    });
    return { id: old.id!, outputs: old.outputs };
  }

  private async create(
    op: Op,
    handler: Handler,
    context: Context,
    draft: Resource,
    changed: string[] = [],
    old?: Resource,
  ): Promise<Answer> {
    if (this.o.isPreview) {
      await this.step(op, draft, changed, false, async () => void this.ledger.put({ ...draft, outputs: {} }, undefined));
      return { outputs: this.concealed(draft, handler.foresee(undefined, draft.inputs)) };
    }
    return this.step(op, draft, changed, false, async () => {
      await this.written("creating", draft, async () => {
        const made = await this.madeBy(draft, () => handler.create(draft.inputs, context), undefined, old);
        return this.ledger.put({ ...draft, ...made }, undefined);
      });
      const { id, outputs } = this.ledger.news.get(draft.urn)!;
      return { id: id!, outputs };
    });
  }

  private async update(handler: Handler, context: Context, draft: Resource, old: Resource, changed: string[]): Promise<Answer> {
    const id = old.id!;
    const outputs = (values: Values): Values => this.concealed(draft, values);
    if (this.o.isPreview) {
      await this.step("update", draft, changed, false, async () => void this.ledger.put({ ...draft, id }, old));
      return { id, outputs: outputs(handler.foresee(old, draft.inputs)) };
    }
    return this.step("update", draft, changed, false, async () => {
      await this.written("updating", { ...old }, async () => {
        const made = await this.madeBy(draft, async () => ({ id, outputs: await handler.update(old, draft.inputs, context) }), old);
        return this.ledger.put({ ...draft, ...made }, old);
      });
      return { id, outputs: this.ledger.news.get(draft.urn)!.outputs };
    });
  }

  /** Runs what makes a resource; one that was accepted but didn't converge enters the state with its errors. */
  private async madeBy(draft: Resource, make: () => Promise<Made>, old: Resource | undefined, replaced?: Resource): Promise<Made> {
    try {
      const { id, outputs } = await make();
      this.leave(replaced);
      return { id, outputs: this.concealed(draft, outputs) };
    } catch (error) {
      if (error instanceof NotConverged) {
        this.leave(replaced);
        this.ledger.put(
          { ...draft, id: error.made.id, outputs: this.concealed(draft, error.made.outputs), initErrors: [error.message] },
          old,
        );
      }
      throw error;
    }
  }

  /** The replacement exists: the old one is deleted when the program has ended well. */
  private leave(replaced: Resource | undefined): void {
    if (!replaced || this.early.has(replaced.urn)) return;
    const leaver = { ...replaced, delete: true };
    this.ledger.leavers.add(leaver);
    this.replaced.add(leaver);
  }

  /** Keeps a record in the state that a step is under way, from before it until its end is written too. */
  private async written(type: PendingOperation["type"], resource: Resource, work: () => Promise<unknown>): Promise<void> {
    const end = this.ledger.begin(type, resource);
    await this.save();
    try {
      await work();
    } finally {
      end();
      await this.save();
    }
  }

  private concealed({ additionalSecretOutputs = [] }: Resource, outputs: Values): Values {
    return Object.fromEntries(
      Object.entries(outputs).map(([key, value]) => [
        key,
        additionalSecretOutputs.includes(key) && !isSecret(value) ? secret(value) : value,
      ]),
    );
  }

  private async removeOne(resource: Resource): Promise<void> {
    const handler = resource.custom ? this.handlerOf(resource) : undefined;
    if (this.o.isPreview) return this.ledger.forget(resource);
    if (!handler || isProvider(resource.type) || resource.rest?.["retainOnDelete"] === true) {
      this.ledger.forget(resource);
      return this.save();
    }
    const provider = resource.provider ? this.ledger.byRef(resource.provider) : undefined;
    await this.written("deleting", resource, async () => {
      await handler.remove(resource, this.contextOf(resource, provider));
      this.ledger.forget(resource);
    });
  }

  /** Deletes a resource ahead of its replacement, and before it all that can't live on without it. */
  private async removeEarly(old: Resource): Promise<void> {
    const going = [old];
    for (const dependent of this.ledger.dependentsOf(old)) {
      if (!dependent.custom || isProvider(dependent.type) || !(await this.fallsWith(dependent, new Set(going.map(({ urn }) => urn)))))
        continue;
      if (dependent.protect)
        throw new RunnerError("protected", `${nameOf(dependent.urn)}: Protected, but falls with ${nameOf(old.urn)}, which is replaced`);
      going.push(dependent);
    }
    for (const resource of going.reverse()) {
      this.early.set(resource.urn, resource);
      if (this.o.isPreview) this.ledger.olds.delete(resource.urn);
      else await this.slots.run(() => this.removeOne(resource));
    }
  }

  private async fallsWith(dependent: Resource, gone: Set<string>): Promise<boolean> {
    const inputs = { ...dependent.inputs };
    for (const [key, urns] of Object.entries(dependent.propertyDependencies)) if (urns.some((urn) => gone.has(urn))) inputs[key] = UNKNOWN;
    const provider = dependent.provider ? this.ledger.byRef(dependent.provider) : undefined;
    const { replaces } = await this.handlerOf(dependent).diff(dependent, inputs, this.contextOf(dependent, provider));
    return replaces.length > 0;
  }

  private hasOtherProvider(old: Resource, draft: Resource): boolean {
    if (!old.provider || !draft.provider || old.provider === draft.provider) return false;
    const isDefault = (ref: string): boolean =>
      isDefaultProvider({ urn: ref.slice(0, ref.lastIndexOf("::")), type: providerTypeOf(draft.type) });
    return !(isDefault(old.provider) && isDefault(draft.provider));
  }

  private handlerOf({ type, urn, name }: { type: string; urn?: string; name?: string }): Handler {
    const handler = this.o.handlers(type);
    if (handler) return handler;
    throw new RunnerError(
      "unsupported",
      `${name ?? nameOf(urn ?? "")}: The runner knows no resources of type ${type}. Use the Pulumi CLI for it, or take it out`,
    );
  }

  private async providerOf(goal: Goal): Promise<Resource> {
    if (goal.provider) {
      const found = this.ledger.byRef(goal.provider);
      if (found) return found;
      throw new RunnerError("program-failed", `${goal.name}: Its provider ${goal.provider} isn't registered`);
    }
    const type = providerTypeOf(goal.type);
    const name = goal.version ? `default_${goal.version.replace(/[.+-]/g, "_")}` : "default";
    const urn = urnOf(this.o.stack, this.o.project, { type, name });
    const known = this.defaults.get(urn) ?? this.placeDefault(type, name, goal.version);
    this.defaults.set(urn, known);
    return known;
  }

  private async placeDefault(type: string, name: string, version: string): Promise<Resource> {
    const inputs = this.o.defaultProvider(type, version);
    const common = { dependencies: [], propertyDependencies: {}, ignoreChanges: [], additionalSecretOutputs: [], aliases: [] };
    const { urn } = await this.place({ ...common, custom: true, type, name, inputs, version });
    return this.ledger.news.get(urn)!;
  }

  private contextOf({ urn }: { urn: string }, provider: Resource | undefined): Context {
    const { signal, emit } = this.o;
    const log = (severity: "info" | "warning", message: string): void => emit({ kind: "log", severity, message, urn });
    return { urn, name: nameOf(urn), provider: reveal(provider?.inputs ?? {}), signal, log };
  }

  /** One step, told to the outside with its duration. Default providers are nobody's business. */
  private async step<T>(
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
