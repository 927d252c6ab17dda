import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { SiteUnderTest } from "./site";

/** Text by the name of the place where it was found. */
export type Places = Readonly<Record<string, string>>;

const script = {
  services: "docker service inspect $(docker service ls -q)",
  configs: "docker config inspect --format '{{printf \"%s\" .Spec.Data}}' $(docker config ls -q)",
  containers: "docker inspect $(docker ps -q)",
  commandLines: "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
} as const;

/** Everything that a person with a view of Docker, processes, logs and the operator's disk may read of a site. */
export async function readableOf(site: SiteUnderTest, services: readonly string[]): Promise<Places> {
  const machine = Object.entries(script).map(async ([name, line]) => [name, await site.inside("sh", "-c", line)] as const);
  const logs = services.map(async (key) => [`log of ${key}`, await site.barecast.verb(["logs", key, "--lines", "2000"], 120_000)] as const);
  const state = [["state", stateText(site.barecast.stateFolder)] as const];
  return Object.fromEntries([...(await Promise.all([...machine, ...logs])), ...state]);
}

const stateText = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
    .join("\n");

/** Names of the places that hold a text, in order. */
export const placesWith = (places: Places, text: string): string[] =>
  Object.keys(places)
    .filter((name) => places[name]!.includes(text))
    .sort();
