import { RunnerError } from "../api";
import type { Ledger } from "./ledger";
import { type Goal, isDefaultProvider, providerTypeOf, type Resource, urnOf } from "./resource";
import type { Values } from "./values";

export interface ProvidersOptions {
  stack: string;
  project: string;
  ledger: Ledger;
  /** Inputs of the default provider of a package. */
  defaultProvider: (type: string, version: string) => Values;
  place: (goal: Goal) => Promise<{ urn: string }>;
}

/** Finds each resource's provider; the default one of a package and version is registered when it is first needed. */
export class Providers {
  private readonly defaults = new Map<string, Promise<Resource>>();

  constructor(private readonly o: ProvidersOptions) {}

  async of(goal: Goal): Promise<Resource> {
    if (goal.provider) {
      const found = this.o.ledger.byRef(goal.provider);
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
    const { urn } = await this.o.place({ ...common, custom: true, type, name, inputs, version });
    return this.o.ledger.news.get(urn)!;
  }
}

/** Whether a resource has come to another provider; two versions of a package's default one are the same. */
export function hasOtherProvider(old: Resource, draft: Resource): boolean {
  if (!old.provider || !draft.provider || old.provider === draft.provider) return false;
  const isDefault = (ref: string): boolean =>
    isDefaultProvider({ urn: ref.slice(0, ref.lastIndexOf("::")), type: providerTypeOf(draft.type) });
  return !(isDefault(old.provider) && isDefault(draft.provider));
}
