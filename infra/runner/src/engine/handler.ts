import { RunnerError } from "../api";
import type { Resource } from "./resource";
import type { Values } from "./values";

/** What a handler may know beside the resource itself. */
export interface Context {
  urn: string;
  name: string;
  /** Inputs of the resource's provider, in clear. */
  provider: Values;
  /** Set when the user wants out: end what can't be left half done, wait for nothing else. */
  signal: AbortSignal;
  log: (severity: "info" | "warning", message: string) => void;
}

/** How new inputs differ from the old ones. */
export interface Difference {
  /** Paths of the properties that differ. */
  changed: string[];
  /** Those of them that can't be changed in place. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface Made {
  id: string;
  outputs: Values;
}

/** What reading an object gave: it is gone, or how it differs from what the state says. */
export type Found = "gone" | { drifted: string[]; outputs?: Values };

/** The object was accepted but isn't what it should be: kept in the state, and repaired by the next run. */
export class NotConverged extends Error {
  constructor(
    message: string,
    readonly made: Made,
    readonly evidence: string[] = [],
  ) {
    super(message);
  }
}

/** An error of a step with the lines that show its cause. */
export class StepError extends Error {
  constructor(
    message: string,
    readonly evidence: string[] = [],
  ) {
    super(message);
  }
}

/** What one type of resource can do. All inputs carry marks of secrecy; unknowns occur in previews only. */
export interface Handler {
  /** The inputs as the state keeps them, or an error that names the property and what it should be. */
  check(news: Values, olds: Values | undefined, context: Context): Promise<Values> | Values;
  diff(old: Resource, news: Values, context: Context): Promise<Difference> | Difference;
  /** Outputs as far as a preview can know them. */
  foresee(old: Resource | undefined, news: Values): Values;
  create(news: Values, context: Context): Promise<Made>;
  update(old: Resource, news: Values, context: Context): Promise<Values>;
  remove(old: Resource, context: Context): Promise<void>;
  read(old: Resource, context: Context): Promise<Found>;
  /** Finds what an interrupted create with these inputs left behind, adopts it or removes it. */
  settle(inputs: Values, context: Context): Promise<Made | "nothing">;
}

export type HandlerSource = (type: string) => Handler | undefined;

/** @throws RunnerError `unsupported` where the runner knows no such type */
export function knownHandler(handlers: HandlerSource, { type, name }: { type: string; name: string }): Handler {
  const handler = handlers(type);
  if (handler) return handler;
  throw new RunnerError("unsupported", `${name}: The runner knows no resources of type ${type}. Use the Pulumi CLI for it, or take it out`);
}
