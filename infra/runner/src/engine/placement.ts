import { type Op, RunnerError } from "../api";
import { Decision } from "./decision";
import { type Context, type Handler, type HandlerSource, knownHandler } from "./handler";
import type { Ledger } from "./ledger";
import type { Maker } from "./maker";
import { changedPaths, ignoringChanges } from "./paths";
import { Providers } from "./providers";
import { draftOf, type Goal, isProvider, nameOf, type Resource, urnOf } from "./resource";
import type { Steps } from "./steps";
import { isEqual, reveal, UNKNOWN, type Values } from "./values";

/** What the program is told of a resource it asked for. */
export interface Registered {
  urn: string;
  id?: string;
  outputs: Values;
}

export interface PlacementOptions {
  stack: string;
  project: string;
  isPreview: boolean;
  ledger: Ledger;
  steps: Steps;
  maker: Maker;
  handlers: HandlerSource;
  /** Inputs of the default provider of a package. */
  defaultProvider: (type: string, version: string) => Values;
  contextOf: (resource: Resource) => Context;
  save: () => Promise<void>;
}

/** Gives each resource that the program asks for its place in the state: found by its URN, checked, decided upon. */
export class Placement {
  private readonly asked = new Set<string>();
  private readonly decision: Decision;
  private readonly providers: Providers;

  constructor(private readonly o: PlacementOptions) {
    const handlerOf = ({ type, urn }: Resource): Handler => knownHandler(o.handlers, { type, name: nameOf(urn) });
    this.decision = new Decision({ ...o, handlerOf });
    this.providers = new Providers({ ...o, place: (goal) => this.place(goal) });
  }

  async place(goal: Goal): Promise<Registered> {
    const urn = urnOf(this.o.stack, this.o.project, goal);
    if (this.asked.has(urn))
      throw new RunnerError("program-failed", `${goal.name}: Two resources of type ${goal.type} have this name (${urn}). Rename one`);
    this.asked.add(urn);
    const old = this.o.ledger.take(urn, goal.aliases);
    const draft = draftOf(goal, urn, old);
    return goal.custom ? this.placeCustom(goal, draft, old) : this.placeComponent(draft, old);
  }

  private async placeComponent(draft: Resource, old: Resource | undefined): Promise<Registered> {
    const changed = old ? changedPaths(old.inputs, draft.inputs) : [];
    const op: Op = !old ? "create" : isEqual(reveal(old.inputs), reveal(draft.inputs)) ? "same" : "update";
    await this.o.steps.run(op, draft, changed, false, async () => {
      this.o.ledger.put({ ...draft, outputs: old?.outputs ?? {} }, old);
      if (op !== "same") await this.o.save();
    });
    return { urn: draft.urn, outputs: draft.inputs };
  }

  private async placeCustom(goal: Goal, draft: Resource, old: Resource | undefined): Promise<Registered> {
    const handler = knownHandler(this.o.handlers, goal);
    const provider = isProvider(goal.type) ? undefined : await this.providers.of(goal);
    if (provider) draft.provider = `${provider.urn}::${provider.id ?? UNKNOWN}`;
    const wanted = isProvider(goal.type)
      ? { ...goal.inputs, ...(goal.version ? { version: goal.version, __internal: {} } : {}) }
      : goal.inputs;
    const context = this.o.contextOf(draft);
    const before = old ?? this.o.maker.early.get(draft.urn);
    const news = before ? ignoringChanges(wanted, before.inputs, goal.ignoreChanges) : wanted;
    draft.inputs = await handler.check(news, before?.inputs, context);
    const answer = await this.decision.make(goal, handler, context, draft, old);
    return { urn: draft.urn, ...answer };
  }
}
