import path from "node:path";
import { imageTable } from "@barecast/stack/images";
import { buildLabel } from "./labels";
import { cachePaths, localRef } from "./paths";
import type { BuildPlanInput } from "./plan";
import type { Staging } from "./recipes";
import type { Step } from "./steps";

/** Files that only a compiler, an editor or a person reads; licences stay. */
export const developmentOnly = /(\.[cm]?tsx?|\.map|\.tsbuildinfo|\.i?test\.js|(?<!^licen[cs]e|^notice|^copying)\.(md|markdown))$/i;

/** Steps that put one staging part into an image's build context. */
export function planStaging(part: Staging, input: BuildPlanInput): Step[] {
  const context = cachePaths(input.cache).context(input.name);
  switch (part.kind) {
    case "files":
      return part.from.map((file) => ({
        do: "copy",
        from: path.join(input.project, file),
        to: path.join(context, path.basename(file)),
      }));
    case "node":
      return [{ do: "copy", from: input.host.node, to: path.join(context, "node") }];
    case "workspace":
      return planWorkspace(part, context, input);
    case "pages":
      return part.folders.flatMap((folder) => planPages(folder, context, input));
    case "go":
      return [...(input.isCompiled ? [] : planGo(part, input)), copyCompiled(part.to, context, input)];
  }
}

/** Runs npm as the project's own: the Node that runs us, and the npm beside it. */
// By the authorities that the computer trusts, as bootstrap's npm.
function npm(input: BuildPlanInput, cwd: string, args: readonly string[]): Step {
  return { do: "run", cwd, env: { NODE_USE_SYSTEM_CA: "1" }, command: [path.join(input.project, ".tools/bin/npm"), ...args] };
}

function compile(folder: string, { project, host }: BuildPlanInput): Step {
  return { do: "run", cwd: project, command: [host.node, "node_modules/typescript/bin/tsc", "-b", folder] };
}

// npm installs from the lockfile only when every workspace it names is there, so all their package.json files are staged.
function planWorkspace({ folder, without, byName }: Staging & { kind: "workspace" }, context: string, input: BuildPlanInput): Step[] {
  const { project, cache, name, host } = input;
  const stage = path.join(cachePaths(cache).work(name), "npm");
  const manifests = ["package.json", "package-lock.json", ".npmrc", ...host.workspaces.map((each) => `${each}/package.json`)];
  // Not `npm ci`: it refuses a lockfile without optional packages for other systems, as a registry that lacks those makes it.
  const install = [
    "install",
    "--no-save",
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--workspace",
    folder,
  ];
  const app = path.join(context, "app");
  return [
    compile(folder, input),
    { do: "empty", folder: stage },
    ...manifests.map((file): Step => ({ do: "copy", from: path.join(project, file), to: path.join(stage, file) })),
    npm(input, stage, install),
    // npm leaves development's packages out only where no other workspace runs on them.
    { do: "keep packages", folder: stage, workspace: folder, without },
    { do: "folder", folder: app },
    { do: "folder", folder: path.join(stage, "node_modules") },
    { do: "rename", from: path.join(stage, "node_modules"), to: path.join(context, "node_modules") },
    {
      do: "copy compiled",
      from: path.join(project, folder, "dist"),
      sources: path.join(project, folder, "src"),
      to: path.join(app, "dist"),
      except: developmentOnly,
    },
    { do: "copy", from: path.join(project, folder, "package.json"), to: path.join(app, "package.json") },
    { do: "folder", folder: path.join(stage, folder, "node_modules") },
    { do: "rename", from: path.join(stage, folder, "node_modules"), to: path.join(app, "node_modules") },
    { do: "prune", folder: context, names: new RegExp(`^(@barecast|\\.bin|\\.package-lock\\.json)$|${developmentOnly.source}`, "i") },
    { do: "keep loaded", folder: context, main: "app/dist/main.js", byName },
    { do: "remove", path: stage },
  ];
}

function planPages(folder: string, context: string, input: BuildPlanInput): Step[] {
  return [
    npm(input, input.project, ["run", "build", "--workspace", folder]),
    {
      do: "copy",
      from: path.join(input.project, folder, "dist"),
      to: path.join(context, "pages", path.basename(folder)),
      except: developmentOnly,
    },
  ];
}

function planGo(part: Staging & { kind: "go" }, input: BuildPlanInput): Step[] {
  const { name, project, cache, host, keys } = input;
  const { version, builder } = imageTable[name];
  const paths = cachePaths(cache);
  const out = paths.compiled(name, keys[name]!);
  const env = {
    HOME: "/tmp",
    GOMODCACHE: "/cache/mod",
    GOCACHE: "/cache/build",
    GOTOOLCHAIN: `go${imageTable[builder!].version}`,
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false",
    CGO_ENABLED: "0",
  };
  const mounts = [`${paths.go}:/cache`, `${path.join(project, part.module)}:/src:ro`];
  if (host.caBundle) mounts.push(`${host.caBundle}:/etc/ssl/certs/ca-certificates.crt:ro`);
  return [
    { do: "folder", folder: path.dirname(out) },
    {
      do: "run",
      command: [
        ...["docker", "run", "--rm", "--init", "--network", "host", "--label", `${buildLabel}=${name}`],
        ...["--user", `${host.uid}:${host.gid}`, "--workdir", "/src"],
        ...mounts.flatMap((mount) => ["--volume", mount]),
        ...Object.entries(env).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
        ...host.passEnv.flatMap((variable) => ["--env", variable]),
        localRef(builder!, keys[builder!]!),
        ...["/src/build", version, `/cache/out/${path.basename(out)}.part`],
      ],
    },
    { do: "rename", from: `${out}.part`, to: out },
  ];
}

function copyCompiled(to: string, context: string, { name, cache, keys }: BuildPlanInput): Step {
  return { do: "copy", from: cachePaths(cache).compiled(name, keys[name]!), to: path.join(context, to) };
}
