import path from "node:path";
import { imageTable } from "@barecast/stack/images";
import { buildLabel } from "./labels";
import { cachePaths, localRef } from "./paths";
import type { BuildPlanInput } from "./plan";
import type { Staging, WorkspaceStaging } from "./recipes";
import type { Step } from "./steps";

/** Files that only a compiler, an editor or a person reads; licences stay. */
export const developmentOnly = /(\.[cm]?tsx?|\.map|\.tsbuildinfo|\.i?test\.js|(?<!^licen[cs]e|^notice|^copying)\.(md|markdown))$/i;

/** What a package is given away with: it comes wherever something of the package does. */
export const givenAlong = /^(package\.json$|licen[cs]e|notice|copying|copyright|third.?party)/i;

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

function compile(folder: string, { project, host }: BuildPlanInput): Step {
  return { do: "run", cwd: project, command: [host.node, "node_modules/typescript/bin/tsc", "-b", folder] };
}

function planWorkspace({ folder }: WorkspaceStaging, context: string, input: BuildPlanInput): Step[] {
  const { project, host, name } = input;
  const source = path.join(project, folder);
  const app = path.join(context, "app");
  return [
    compile(folder, input),
    { do: "run", command: [host.node, path.join(project, "infra/images/dist/copy-loaded.js"), project, context, name] },
    {
      do: "copy compiled",
      from: path.join(source, "dist"),
      sources: path.join(source, "src"),
      to: path.join(app, "dist"),
      except: developmentOnly,
    },
    { do: "copy", from: path.join(source, "package.json"), to: path.join(app, "package.json") },
  ];
}

function planPages(folder: string, context: string, input: BuildPlanInput): Step[] {
  return [
    { do: "run", cwd: input.project, command: [path.join(input.project, ".tools/bin/npm"), "run", "build", "--workspace", folder] },
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
