import { isDeepStrictEqual } from "node:util";
import { needsOf, type PendingOperation, type Resource, splitRef } from "./resource";

/** What the state says at this moment of a run: what was, what became of it, and which steps are under way. */
export class Ledger {
  /** Resources of the last state that the program hasn't asked for (yet). */
  readonly olds = new Map<string, Resource>();
  /** Resources that the program asked for in this run. */
  readonly news = new Map<string, Resource>();
  /** Replaced ones that wait for their deletion. */
  readonly leavers = new Set<Resource>();
  /** Those of them that an earlier run could not delete. */
  private readonly stayed = new Set<Resource>();
  private readonly underWay = new Map<Resource, PendingOperation>();

  constructor(
    resources: Resource[],
    private readonly now: () => string,
  ) {
    for (const resource of resources) {
      if (resource.delete) {
        this.leavers.add(resource);
        this.stayed.add(resource);
      } else this.olds.set(resource.urn, resource);
    }
  }

  snapshot(): { resources: Resource[]; pending: PendingOperation[] } {
    return { resources: [...this.news.values(), ...this.olds.values(), ...this.leavers], pending: [...this.underWay.values()] };
  }

  /** The resource that a goal of this URN continues: by the URN itself or by one of its former ones. */
  take(urn: string, aliases: string[]): Resource | undefined {
    const found = [urn, ...aliases].find((candidate) => this.olds.has(candidate));
    const old = found === undefined ? undefined : this.olds.get(found);
    if (old && found !== undefined && found !== urn) this.rename(found, urn);
    return old && { ...old, urn };
  }

  /** Puts a resource in the place of its old one; its times change only where the resource does. */
  put(resource: Resource, old: Resource | undefined): Resource {
    this.olds.delete(resource.urn);
    // Wanted again and adopted before it was deleted: the same object.
    for (const leaver of this.stayed) if (leaver.urn === resource.urn && leaver.id === resource.id) this.leavers.delete(leaver);
    const created = old?.created ?? this.now();
    const isSame = old !== undefined && isDeepStrictEqual({ ...resource, created: 0, modified: 0 }, { ...old, created: 0, modified: 0 });
    const kept = { ...resource, created, modified: isSame ? old.modified : this.now() };
    this.news.set(resource.urn, kept);
    return kept;
  }

  forget(resource: Resource): void {
    if (this.leavers.delete(resource)) return;
    if (this.olds.get(resource.urn)?.id === resource.id) this.olds.delete(resource.urn);
    else if (this.news.get(resource.urn)?.id === resource.id) this.news.delete(resource.urn);
  }

  begin(type: PendingOperation["type"], resource: Resource): () => void {
    this.underWay.set(resource, { type, resource });
    return () => this.underWay.delete(resource);
  }

  /** The resource behind `urn::id`. */
  byRef(ref: string): Resource | undefined {
    const { urn, id } = splitRef(ref);
    const candidates = [this.news.get(urn), this.olds.get(urn), ...this.leavers];
    return candidates.find((resource) => resource?.urn === urn && (resource.id === id || resource.id === undefined));
  }

  /** Resources left of the last state that need `root`, directly or through others, each after what it needs. */
  dependentsOf(root: Resource): Resource[] {
    const affected = new Set([root.urn]);
    const found: Resource[] = [];
    for (let grew = true; grew;) {
      grew = false;
      for (const resource of this.olds.values()) {
        if (affected.has(resource.urn) || !needsOf(resource).some((need) => affected.has(need))) continue;
        affected.add(resource.urn);
        found.push(resource);
        grew = true;
      }
    }
    return found;
  }

  private rename(before: string, after: string): void {
    const renamed = (urn: string): string => (urn === before ? after : urn);
    const renamedRef = (ref: string): string => {
      const { urn, id } = splitRef(ref);
      return `${renamed(urn)}::${id}`;
    };
    const old = this.olds.get(before);
    this.olds.delete(before);
    if (old) this.olds.set(after, { ...old, urn: after });
    for (const [urn, resource] of this.olds) {
      this.olds.set(urn, {
        ...resource,
        ...(resource.parent ? { parent: renamed(resource.parent) } : {}),
        ...(resource.provider ? { provider: renamedRef(resource.provider) } : {}),
        dependencies: resource.dependencies.map(renamed),
        propertyDependencies: Object.fromEntries(
          Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, urns.map(renamed)]),
        ),
      });
    }
  }
}
