import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { RunnerError } from "../api";
import type { Goal } from "../engine/resource";
import { fromStruct } from "./structs";

/**
 * The goal of a registration. What the runner doesn't cover is refused by name.
 * @throws RunnerError `unsupported`
 */
export function goalOf(request: RegisterResourceRequest): Goal {
  const timeouts = request.getCustomtimeouts();
  const uncovered: [string, boolean][] = [
    ["import", request.getImportid() !== ""],
    ["a remote component", request.getRemote()],
    ["replaceOnChanges", request.getReplaceonchangesList().length > 0],
    ["replacementTrigger", request.hasReplacementTrigger()],
    ["replaceWith", request.getReplaceWithList().length > 0],
    ["retainOnDelete", request.getRetainondelete() === true],
    ["deletedWith", request.getDeletedwith() !== ""],
    ["transforms", request.getTransformsList().length > 0],
    ["state migrations", request.getStateMigrationsList().length > 0],
    ["hooks", request.hasHooks()],
    ["a parameterized package", request.getPackageref() !== ""],
    ["customTimeouts", Boolean(timeouts?.getCreate() || timeouts?.getUpdate() || timeouts?.getDelete() || timeouts?.getRead())],
    ["aliases as specifications", request.getAliasesList().length > 0],
  ];
  const used = uncovered.filter(([, isUsed]) => isUsed).map(([what]) => what);
  if (used.length > 0)
    throw new RunnerError(
      "unsupported",
      `${request.getName()}: The runner doesn't know ${used.join(", ")}. Use the Pulumi CLI, or take it out`,
    );
  const dependencies = [...request.getPropertydependenciesMap().entries()].map(([key, value]) => [key, value.getUrnsList()] as const);
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(dependencies),
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasurnsList(),
    version: request.getVersion(),
    ...(request.getParent() ? { parent: request.getParent() } : {}),
    ...(request.getProvider() ? { provider: request.getProvider() } : {}),
    ...(request.getProtect() ? { protect: true } : {}),
    ...(request.getDeletebeforereplacedefined() ? { deleteBeforeReplace: request.getDeletebeforereplace() } : {}),
  };
}
