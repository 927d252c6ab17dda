import { readFileSync } from "node:fs";
import path from "node:path";
import { urnOf } from "../engine/resource";
import { markSecrets, type Values } from "../engine/values";

export const WIRE = path.join(__dirname, "..", "..", "..", "..", "tests", "fixtures", "pulumi-wire");

interface Message {
  method: string;
  request: Values & { urn?: string; type?: string; name?: string; object?: Values };
  response: (Values & { urn?: string; id?: string; inputs?: Values; properties?: Values; changes?: string; detailedDiff?: Values }) | null;
  errors?: string[];
}

/** What a resource is in a run: asked for and checked. */
export interface Recorded {
  type: string;
  parent?: string;
  custom: boolean;
  protect: boolean;
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  inputs: Values;
}

/** A run of the real engine, in the terms that the comparison looks at. */
export interface Recording {
  resources: Record<string, Recorded>;
  /** Steps in their order, as `create <urn>`. */
  steps: string[];
  /** Properties that the provider says differ, by URN. */
  diffs: Record<string, string[]>;
  /** Ids of objects by their names. */
  ids: Record<string, string>;
  /** Outputs that the provider gave, by URN. */
  outputs: Record<string, Values>;
}

export const messagesOf = (file: string): Message[] =>
  readFileSync(path.join(WIRE, file), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Message);

const STEPS: Record<string, string> = {
  "ResourceProvider/Create": "create",
  "ResourceProvider/Update": "update",
  "ResourceProvider/Delete": "delete",
};
export const providerUrn = (ref: unknown): string | undefined =>
  typeof ref === "string" && ref ? ref.slice(0, ref.lastIndexOf("::")) : undefined;

export function recordingOf(file: string, stack: string, project: string): Recording {
  const recording: Recording = { resources: {}, steps: [], diffs: {}, ids: {}, outputs: {} };
  const checked: Record<string, Values> = {};
  for (const message of messagesOf(file)) {
    const { method, request, response } = message;
    const urn = request.urn ?? "";
    if (method.endsWith("/Check")) checked[urn] = response?.inputs ?? {};
    if (method.endsWith("/Diff") && response?.changes === "DIFF_SOME")
      recording.diffs[urn] = Object.keys(response.detailedDiff ?? {}).sort();
    const step = STEPS[method];
    if (step) recording.steps.push(`${step} ${urn}`);
    if (method.endsWith("/Create") && response?.id) recording.ids[(request["properties"] as { name?: string }).name ?? ""] = response.id;
    if ((step === "create" || step === "update") && response?.properties) recording.outputs[urn] = response.properties;
    if (method.endsWith("/RegisterResource")) recording.resources[response?.urn ?? ""] = recorded(request, stack, project, checked);
  }
  return recording;
}

function recorded(request: Message["request"], stack: string, project: string, checked: Record<string, Values>): Recorded {
  const goal = {
    type: request.type ?? "",
    name: request.name ?? "",
    ...(request["parent"] ? { parent: request["parent"] as string } : {}),
  };
  const urn = urnOf(stack, project, goal);
  const properties = (request["propertyDependencies"] ?? {}) as Record<string, { urns?: string[] }>;
  const provider = providerUrn(request["provider"]);
  return {
    type: goal.type,
    ...(goal.parent ? { parent: goal.parent } : {}),
    custom: request["custom"] === true,
    protect: request["protect"] === true,
    ...(provider ? { provider } : {}),
    dependencies: [...((request["dependencies"] ?? []) as string[])].sort(),
    propertyDependencies: Object.fromEntries(Object.entries(properties).map(([key, { urns = [] }]) => [key, [...urns].sort()])),
    // As the engine does for a provider that takes no secrets: what was given as secret is secret in its answer.
    inputs: markSecrets(checked[urn] ?? request.object ?? {}, request.object) as Values,
  };
}
