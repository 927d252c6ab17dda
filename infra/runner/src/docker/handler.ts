import { RunnerError } from "../api";
import type { Context, Difference, Handler } from "../engine/handler";
import { changedPaths } from "../engine/paths";
import type { Resource } from "../engine/resource";
import { reveal, type Values, withoutMarks } from "../engine/values";
import { checked, requireField, type Shape } from "../handlers/shape";
import { type DockerApi, DockerError } from "./api";
import type { Connections } from "./connection";
import type { Owner } from "./labels";

/** What all handlers of Docker's objects share. */
export interface DockerContext {
  connections: Connections;
  owner: Owner;
}

/** What is particular to one type: its inputs, what replaces it, and how Docker is spoken to. */
export interface DockerType {
  shape: Shape;
  required: string[];
  defaults?: Values;
  /** Beginnings of the paths that can't be changed in place; `*` for all. */
  replaces: string[];
}

/** Checking and comparing, the same for every type of Docker's objects. */
export function common(type: DockerType): Pick<Handler, "check" | "diff" | "foresee"> {
  return {
    check: (news, _olds, { name }) => {
      for (const field of type.required) requireField(name, news, field);
      return checked(name, news, type.shape, type.defaults);
    },
    diff: (old, news) => difference(old, news, type.replaces),
    foresee: (old, news) => ({ ...old?.outputs, ...(withoutMarks(news) as Values) }),
  };
}

function difference(old: Resource, news: Values, beginnings: string[]): Difference {
  const changed = changedPaths(old.inputs, news);
  const isBelow = (path: string, above: string): boolean => path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
  const replaces = changed.filter((path) =>
    beginnings.some((beginning) => beginning === "*" || isBelow(path, beginning) || isBelow(beginning, path)),
  );
  // Names are fixed, so the old object must be gone first unless the program says otherwise.
  return { changed, replaces, deleteBeforeReplace: true };
}

/** Docker for a resource's provider. */
export function apiOf({ connections }: DockerContext, { provider }: Context): DockerApi {
  const { host, sshOpts } = provider as { host?: string; sshOpts?: string };
  return connections.to({ ...(host ? { host } : {}), ...(sshOpts ? { sshOpts: JSON.parse(sshOpts) as string[] } : {}) });
}

/** Inputs without marks, as this type's functions take them. */
export const plain = <T>(inputs: Values): T => reveal<T>(withoutMarks(inputs));

/** Creates an object; where one of its name exists, settles that first: adopts it, or removes it and creates again. */
export async function createOrSettle<T>(create: () => Promise<T>, settle: () => Promise<T | "nothing">): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof DockerError) || !isTaken(error)) throw error;
    const found = await settle();
    return found === "nothing" ? create() : found;
  }
}

const isTaken = ({ status, message }: DockerError): boolean => status === 409 || /already exists|name conflicts/i.test(message);

/** Deletes an object, waiting while something that was just removed still holds it. */
export async function deleteWhenFree(api: DockerApi, path: string, context: Context, waitMs = 30_000): Promise<void> {
  const end = Date.now() + waitMs;
  for (;;) {
    try {
      return await api.delete(path);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.status === 404) return;
      const isHeld = error.status === 409 || /in use|active endpoints|has tasks/i.test(error.message);
      if (!isHeld || context.signal.aborted || Date.now() >= end)
        throw new RunnerError("step-failed", `${context.name}: Docker can't remove it: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
