import { spawnSync } from "node:child_process";
import { projectFolder } from "@barecast/e2e";
import { median } from "./numbers";
import type { Figure } from "./report";

const noOps = 5;

/** Runs `make <verb>` as a person does, its output shown. @returns seconds @throws Error when it fails */
function make(verb: "up" | "down"): number {
  const began = performance.now();
  const { status, error } = spawnSync("make", [verb], { cwd: projectFolder, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`make ${verb}: Expected exit code 0, found ${status ?? error?.message}`);
  return (performance.now() - began) / 1000;
}

/**
 * Times `make up`: without a change, and after `make down` (images kept). It takes the site that `SITE` names down and up again: its data is
 * lost, and whatever uses it is cut off; so this bench runs only when it is named.
 */
export async function up(): Promise<Figure[]> {
  make("up");
  const unchanged = Array.from({ length: noOps }, () => make("up"));
  make("down");
  const again = make("up");
  const list = unchanged.map((seconds) => seconds.toFixed(1)).join(", ");
  return [
    { name: "make up, nothing to change", value: median(unchanged), unit: "s", reach: { atMost: 5 }, detail: `median of ${list}` },
    { name: "make up after make down, images kept", value: again, unit: "s", reach: { atMost: 60 }, detail: "one run, verify included" },
  ];
}
