import type { Op } from "../api";
import { type Context, type Handler, type HandlerSource, knownHandler, type Made, NotConverged } from "./handler";
import type { Ledger } from "./ledger";
import { isProvider, nameOf, type PendingOperation, type Resource } from "./resource";
import type { Steps } from "./steps";
import { isSecret, secret, type Values } from "./values";

/** What the program is told of a resource beside its URN. */
export type Answer = { outputs: Values; id?: string };

export interface MakerOptions {
  isPreview: boolean;
  ledger: Ledger;
  steps: Steps;
  handlers: HandlerSource;
  contextOf: (resource: Resource) => Context;
  save: () => Promise<void>;
}

/** Does what the deployment decided: each step with its record in the state before and after it. A preview only says what it would be. */
export class Maker {
  /** Deleted before their replacement is made, or (in a preview) to be: the old resource by URN. */
  readonly early = new Map<string, Resource>();
  /** Replaced in this run: told as one replacement, not as a deletion too. */
  readonly replaced = new Set<Resource>();

  constructor(private readonly o: MakerOptions) {}

  async keep(draft: Resource, old: Resource): Promise<Answer> {
    await this.o.steps.run("same", draft, [], false, async () => {
      this.o.ledger.put({ ...draft, id: old.id!, outputs: old.outputs }, old);
    });
    return { id: old.id!, outputs: old.outputs };
  }

  async create(op: Op, handler: Handler, context: Context, draft: Resource, changed: string[] = [], old?: Resource): Promise<Answer> {
    if (this.o.isPreview) {
      await this.o.steps.run(op, draft, changed, false, async () => void this.o.ledger.put({ ...draft, outputs: {} }, undefined));
      return { outputs: this.concealed(draft, handler.foresee(undefined, draft.inputs)) };
    }
    return this.o.steps.run(op, draft, changed, false, async () => {
      await this.written("creating", draft, async () => {
        const made = await this.madeBy(draft, () => handler.create(draft.inputs, context), undefined, old);
        return this.o.ledger.put({ ...draft, ...made }, undefined);
      });
      const { id, outputs } = this.o.ledger.news.get(draft.urn)!;
      return { id: id!, outputs };
    });
  }

  async update(handler: Handler, context: Context, draft: Resource, old: Resource, changed: string[]): Promise<Answer> {
    const id = old.id!;
    const outputs = (values: Values): Values => this.concealed(draft, values);
    if (this.o.isPreview) {
      await this.o.steps.run("update", draft, changed, false, async () => void this.o.ledger.put({ ...draft, id }, old));
      return { id, outputs: outputs(handler.foresee(old, draft.inputs)) };
    }
    return this.o.steps.run("update", draft, changed, false, async () => {
      await this.written("updating", { ...old }, async () => {
        const made = await this.madeBy(draft, async () => ({ id, outputs: await handler.update(old, draft.inputs, context) }), old);
        return this.o.ledger.put({ ...draft, ...made }, old);
      });
      return { id, outputs: this.o.ledger.news.get(draft.urn)!.outputs };
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
        this.o.ledger.put(
          { ...draft, id: error.made.id, outputs: this.concealed(draft, error.made.outputs), initErrors: [error.message] },
          old,
        );
      } else if (old) {
        // How far it came nobody knows: the next run updates it again, whatever the program then asks for.
        this.o.ledger.olds.set(old.urn, { ...old, initErrors: [(error as Error).message] });
      }
      throw error;
    }
  }

  /** The replacement exists: the old one is deleted when the program has ended well. */
  private leave(replaced: Resource | undefined): void {
    if (!replaced || this.early.has(replaced.urn)) return;
    const leaver = { ...replaced, delete: true };
    this.o.ledger.leavers.add(leaver);
    this.replaced.add(leaver);
  }

  /** Keeps a record in the state that a step is under way, from before it until its end is written too. */
  private async written(type: PendingOperation["type"], resource: Resource, work: () => Promise<unknown>): Promise<void> {
    const end = this.o.ledger.begin(type, resource);
    await this.o.save();
    try {
      await work();
    } finally {
      end();
      await this.o.save();
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

  /** What deletes a resource; undefined where there is nothing to delete but the record. @throws RunnerError `unsupported` */
  deleterOf({ custom, type, urn, rest }: Resource): Handler | undefined {
    const isRecord = !custom || isProvider(type) || rest?.["retainOnDelete"] === true;
    return isRecord ? undefined : knownHandler(this.o.handlers, { type, name: nameOf(urn) });
  }

  async remove(resource: Resource): Promise<void> {
    const handler = this.deleterOf(resource);
    if (this.o.isPreview) return this.o.ledger.forget(resource);
    if (!handler) {
      this.o.ledger.forget(resource);
      return this.o.save();
    }
    await this.written("deleting", resource, async () => {
      await handler.remove(resource, this.o.contextOf(resource));
      this.o.ledger.forget(resource);
    });
  }
}
