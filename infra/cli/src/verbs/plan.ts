import type { Context } from "../context";
import { chooseEngine, type Change } from "../engines";
import { build } from "../steps/build";
import { bringPrerequisites } from "../steps/prerequisites";
import { checkAll } from "./prepare";
import { summary } from "./up";
import { machineStatus } from "@barecast/machines";

/** What `up` would change, resource by resource. Images are built first, into the cache: a plan names their digests. */
export async function plan(context: Context): Promise<{ changes: Change[]; engine: string }> {
  const computer = await context.progress.step("Check", () => checkAll(context));
  await bringPrerequisites(context, computer);
  const built = await build(context);
  const machines = await machineStatus(context.site);
  const publicPort = machines.find(({ publicPort: port }) => port !== undefined)?.publicPort ?? context.site.ports.https;
  const missing = machines.filter(({ state }) => state !== "running");
  const engine = await chooseEngine(context, { digestsFile: built.digestsFile, publicPort, refresh: missing.length === 0 });
  const changes = await context.progress.step(`Plan (${engine.title})`, async (note) => {
    const found = await engine.preview();
    note(summary(found));
    return found;
  });
  const starts = missing.map(({ name, state }): Change => ({
    type: "machine",
    name,
    op: state === "missing" ? "create" : "start",
    changed: [],
  }));
  return { changes: [...starts, ...changes], engine: engine.title };
}

/** A line for each resource that changes, with the properties that differ. */
export function planText(changes: readonly Change[]): string {
  const sign: Record<string, string> = { create: "+", delete: "-", update: "~", replace: "±", start: ">" };
  const lines = changes
    .filter(({ op }) => op !== "same")
    .map(
      ({ op, type, name, changed }) =>
        `${sign[op] ?? "?"} ${op.padEnd(8)} ${type.split(":").pop()!.padEnd(14)} ${name}${changed.length > 0 ? `  (${changed.join(", ")})` : ""}`,
    );
  return [...lines, summary(changes)].join("\n");
}
