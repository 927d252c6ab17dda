import { RunnerError } from "../api";
import type { Context, Handler } from "./handler";
import type { Ledger } from "./ledger";
import type { Answer, Maker } from "./maker";
import { changedPaths } from "./paths";
import { hasOtherProvider } from "./providers";
import { type Goal, isProvider, nameOf, type Resource } from "./resource";
import { UNKNOWN } from "./values";

export interface DecisionOptions {
  isPreview: boolean;
  ledger: Ledger;
  maker: Maker;
  handlerOf: (resource: Resource) => Handler;
  contextOf: (resource: Resource) => Context;
}

/** Decides what becomes of one checked resource (created, updated, replaced, left), and has it made so. */
export class Decision {
  constructor(private readonly o: DecisionOptions) {}

  async make(goal: Goal, handler: Handler, context: Context, draft: Resource, old: Resource | undefined): Promise<Answer> {
    const early = this.o.maker.early.get(draft.urn);
    if (!old || early)
      return this.o.maker.create(early ? "replace" : "create", handler, context, draft, early && changedPaths(early.inputs, draft.inputs));
    const { changed, replaces, deleteBeforeReplace } = await handler.diff(old, draft.inputs, context);
    const isMoved = hasOtherProvider(old, draft);
    if (replaces.length > 0 || isMoved) {
      if (old.protect)
        throw new RunnerError(
          "protected",
          `${context.name}: Protected, but a change of ${replaces.join(", ") || "its provider"} replaces it. Take the protection off first`,
        );
      if (goal.deleteBeforeReplace ?? deleteBeforeReplace) await this.removeEarly(old);
      return this.o.maker.create("replace", handler, context, draft, changed, old);
    }
    if (changed.length > 0 || (old.initErrors?.length ?? 0) > 0)
      return this.o.maker.update(handler, context, draft, old, changed.length > 0 ? changed : (old.drifted ?? []));
    return this.o.maker.keep(draft, old);
  }

  /** Deletes a resource ahead of its replacement, and before it all that can't live on without it. */
  private async removeEarly(old: Resource): Promise<void> {
    const going = [old];
    for (const dependent of this.o.ledger.dependentsOf(old)) {
      if (!dependent.custom || isProvider(dependent.type) || !(await this.fallsWith(dependent, new Set(going.map(({ urn }) => urn)))))
        continue;
      if (dependent.protect)
        throw new RunnerError("protected", `${nameOf(dependent.urn)}: Protected, but falls with ${nameOf(old.urn)}, which is replaced`);
      going.push(dependent);
    }
    for (const resource of going.reverse()) {
      this.o.maker.early.set(resource.urn, resource);
      if (this.o.isPreview) this.o.ledger.olds.delete(resource.urn);
      else await this.o.maker.remove(resource);
    }
  }

  private async fallsWith(dependent: Resource, gone: Set<string>): Promise<boolean> {
    const inputs = { ...dependent.inputs };
    for (const [key, urns] of Object.entries(dependent.propertyDependencies)) if (urns.some((urn) => gone.has(urn))) inputs[key] = UNKNOWN;
    const { replaces } = await this.o.handlerOf(dependent).diff(dependent, inputs, this.o.contextOf(dependent));
    return replaces.length > 0;
  }
}
