import { type Op, type ResourceResult, RunnerError, type RunnerEvent } from "../api";
import { deleteAll, withNeeds } from "./deletion";
import type { Context, Handler, HandlerSource } from "./handler";
import { Ledger } from "./ledger";
import { type Answer, Maker } from "./maker";
import { changedPaths, ignoringChanges } from "./paths";
import {
  draftOf,
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
import { Steps } from "./steps";
import { isEqual, reveal, UNKNOWN, type Values } from "./values";

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

/**
 * Decides what becomes of each resource: created, updated, replaced, left or deleted. Knows neither Docker nor how the program
 * speaks to it. After the first failure nothing more is begun; what runs may end.
 */
export class Deployment {
  failure: Error | undefined;
  private readonly ledger: Ledger;
  private readonly steps: Steps;
  private readonly maker: Maker;
  private readonly asked = new Set<string>();
  private readonly defaults = new Map<string, Promise<Resource>>();
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly o: DeploymentOptions) {
    this.ledger = new Ledger(o.resources, () => new Date().toISOString());
    this.steps = new Steps(o);
    const contextOf = (resource: Resource): Context => this.contextOf(resource);
    this.maker = new Maker({ ...o, ledger: this.ledger, steps: this.steps, contextOf, save: () => this.save() });
  }

  /** What became of each resource, in the order in which it did. */
  get results(): ResourceResult[] {
    return this.steps.results;
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
      await this.steps.run("delete", resource, [], this.maker.replaced.has(resource), () => this.maker.remove(resource));
      return true;
    });
  }

  private async place(goal: Goal): Promise<Registered> {
    const urn = urnOf(this.o.stack, this.o.project, goal);
    if (this.asked.has(urn))
      throw new RunnerError("program-failed", `${goal.name}: Two resources of type ${goal.type} have this name (${urn}). Rename one`);
    this.asked.add(urn);
    const old = this.ledger.take(urn, goal.aliases);
    const draft = draftOf(goal, urn, old);
    return goal.custom ? this.placeCustom(goal, draft, old) : this.placeComponent(draft, old);
  }

  private async placeComponent(draft: Resource, old: Resource | undefined): Promise<Registered> {
    const changed = old ? changedPaths(old.inputs, draft.inputs) : [];
    const op: Op = !old ? "create" : isEqual(reveal(old.inputs), reveal(draft.inputs)) ? "same" : "update";
    await this.steps.run(op, draft, changed, false, async () => {
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
    const context = this.contextOf(draft);
    const before = old ?? this.maker.early.get(draft.urn);
    const news = before ? ignoringChanges(wanted, before.inputs, goal.ignoreChanges) : wanted;
    draft.inputs = await handler.check(news, before?.inputs, context);
    const answer = await this.decide(goal, handler, context, draft, old);
    return { urn: draft.urn, ...answer };
  }

  private async decide(goal: Goal, handler: Handler, context: Context, draft: Resource, old: Resource | undefined): Promise<Answer> {
    const early = this.maker.early.get(draft.urn);
    if (!old || early)
      return this.maker.create(early ? "replace" : "create", handler, context, draft, early && changedPaths(early.inputs, draft.inputs));
    const { changed, replaces, deleteBeforeReplace } = await handler.diff(old, draft.inputs, context);
    const hasOtherProvider = this.hasOtherProvider(old, draft);
    if (replaces.length > 0 || hasOtherProvider) {
      if (old.protect)
        throw new RunnerError(
          "protected",
          `${context.name}: Protected, but a change of ${replaces.join(", ") || "its provider"} replaces it. Take the protection off first`,
        );
      if (goal.deleteBeforeReplace ?? deleteBeforeReplace) await this.removeEarly(old);
      return this.maker.create("replace", handler, context, draft, changed, old);
    }
    if (changed.length > 0 || (old.initErrors?.length ?? 0) > 0) return this.maker.update(handler, context, draft, old, changed);
    return this.maker.keep(draft, old);
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
      this.maker.early.set(resource.urn, resource);
      if (this.o.isPreview) this.ledger.olds.delete(resource.urn);
      else await this.maker.remove(resource);
    }
  }

  private async fallsWith(dependent: Resource, gone: Set<string>): Promise<boolean> {
    const inputs = { ...dependent.inputs };
    for (const [key, urns] of Object.entries(dependent.propertyDependencies)) if (urns.some((urn) => gone.has(urn))) inputs[key] = UNKNOWN;
    const { replaces } = await this.handlerOf(dependent).diff(dependent, inputs, this.contextOf(dependent));
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

  private contextOf({ urn, provider: ref }: Resource): Context {
    const { signal, emit } = this.o;
    const provider = ref ? this.ledger.byRef(ref) : undefined;
    const log = (severity: "info" | "warning", message: string): void => emit({ kind: "log", severity, message, urn });
    return { urn, name: nameOf(urn), provider: reveal(provider?.inputs ?? {}), signal, log };
  }
}
