import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { RunnerError, type RunnerOptions } from "../api";
import { Child } from "./child";

/** Where the program stands and what of it is run. */
export interface Place {
  folder: string;
  /** As `@pulumi/pulumi/cmd/run` takes it: `.` for what the folder's package names. */
  entry: string;
}

/** @throws RunnerError `bad-option` */
export function placeOf(program: string): Place {
  const full = path.resolve(program);
  if (!existsSync(full)) throw new RunnerError("bad-option", `program: Expected a folder or a module, found nothing at ${full}`);
  if (!statSync(full).isDirectory()) return { folder: path.dirname(full), entry: full };
  const settings = path.join(full, "Pulumi.yaml");
  const main = existsSync(settings) ? /^main:\s*["']?([^"'\s]+)/m.exec(readFileSync(settings, "utf8"))?.[1] : undefined;
  return { folder: full, entry: main ? path.join(full, main) : "." };
}

/** Starts the program as the CLI's Node host does. */
export function startProgram(
  o: RunnerOptions,
  place: Place,
  folder: string,
  isPreview: boolean,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
): Child {
  const address = `unix:${path.join(folder, "monitor.sock")}`;
  const flags = {
    monitor: address,
    engine: address,
    project: o.project,
    stack: o.stack,
    organization: "organization",
    pwd: place.folder,
    "root-directory": place.folder,
  };
  const args = [
    ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    `--parallel=${o.parallel ?? 16}`,
    ...(isPreview ? ["--dry-run"] : []),
    place.entry,
  ];
  const secrets = o.secretConfig ?? {};
  const values = {
    PULUMI_CONFIG: JSON.stringify({ ...o.config, ...secrets }),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(Object.keys(secrets)),
  };
  return new Child({
    script: require.resolve("@pulumi/pulumi/cmd/run"),
    args,
    cwd: place.folder,
    env: { ...o.env },
    settings: { file: path.join(folder, "settings.json"), values },
    onLine,
  });
}
