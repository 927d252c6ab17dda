import type { Resource } from "../engine/resource";

/** A volume as a state has it. */
export const volume = (name: string, more: Partial<Resource> = {}): Resource => ({
  urn: `urn:pulumi:dev::wire::docker:index/volume:Volume::${name}`,
  type: "docker:index/volume:Volume",
  custom: true,
  id: name,
  inputs: {},
  outputs: {},
  dependencies: [],
  propertyDependencies: {},
  created: "2026-01-01T00:00:00Z",
  modified: "2026-01-01T00:00:00Z",
  ...more,
});
