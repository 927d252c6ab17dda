import path from "node:path";
import { imageTable, type ImageName } from "@barecast/stack/images";
import { labelsOf } from "./labels";
import { cachePaths, localRef } from "./paths";
import { recipeOf } from "./recipes";
import { planStaging } from "./staging";
import type { Step } from "./steps";
import type { ImageSource } from "./types";

/** What the machine we build on is like. Everything a plan can't know by itself. */
export interface BuildHost {
  /** The Node program whose copy the node image gets. */
  readonly node: string;
  readonly uid: number;
  readonly gid: number;
  /** Debian mirrors of the machine's own apt configuration; absent: debootstrap's default. */
  readonly mirror?: { readonly main: string; readonly security?: string };
  /** The machine's CA bundle, for HTTPS to package mirrors while something is compiled. Never in an image. */
  readonly caBundle?: string;
  /** Names of proxy and Go module variables that are set here and are handed on, by name. */
  readonly passEnv: readonly string[];
}

export interface BuildPlanInput {
  readonly name: ImageName;
  readonly source: ImageSource;
  readonly project: string;
  readonly cache: string;
  readonly host: BuildHost;
  /** Key of this image and of those it needs. */
  readonly keys: Readonly<Partial<Record<ImageName, string>>>;
  readonly isCompiled: boolean;
  /** The local engine has it under its key already: an earlier run was ended between building and saving it. */
  readonly isInEngine: boolean;
}

/** The steps that make one image and put it into its layout. */
export function planBuild(input: BuildPlanInput): Step[] {
  const { name, source } = input;
  if (source === "upstream" && imageTable[name].upstream) return planUpstream(input);
  if (input.isInEngine) return planLayout(input);
  const make = recipeOf(name).kind === "debootstrap" ? planDebootstrap(input) : planDocker(input);
  return [...make, ...planLayout(input)];
}

function refOf({ keys }: BuildPlanInput, name: ImageName): string {
  const key = keys[name];
  if (!key) throw new Error(`${name}: No key; keys must hold the image and everything it needs`);
  return localRef(name, key);
}

function planDebootstrap(input: BuildPlanInput): Step[] {
  const { name, project, cache, host } = input;
  const paths = cachePaths(cache);
  const { suite, folder } = recipeOf(name);
  const archive = path.join(paths.work(name), "rootfs.tar");
  const mirrors = host.mirror ? [host.mirror.main, ...(host.mirror.security ? [host.mirror.security] : [])] : [];
  const changes = Object.entries(labelsOf(name)).flatMap(([label, value]) => ["--change", `LABEL ${label}=${JSON.stringify(value)}`]);
  return [
    { do: "folder", folder: paths.work(name) },
    {
      do: "run",
      command: [path.join(project, folder, "rootfs"), suite!, archive, paths.debs(suite!), ...mirrors],
      isRoot: true,
    },
    { do: "run", command: ["docker", "import", ...changes, archive, refOf(input, name)] },
    { do: "run", command: ["rm", "-f", archive], isRoot: true },
  ];
}

function planDocker(input: BuildPlanInput): Step[] {
  const { name, project, cache } = input;
  const { version, user, needs, packages = {} } = imageTable[name];
  const context = cachePaths(cache).context(name);
  const { folder, staging } = recipeOf(name);
  const args = {
    VERSION: version,
    IMAGE_USER: user,
    ...Object.fromEntries(Object.entries(packages).map(([program, wanted]) => [`${program.toUpperCase()}_VERSION`, wanted])),
    ...Object.fromEntries(needs.map((need) => [`${need.toUpperCase().replace("-", "_")}_IMAGE`, refOf(input, need)])),
  };
  return [
    { do: "empty", folder: context },
    { do: "copy", from: path.join(project, folder), to: context, except: /^(src|dist|baked|node_modules|package\.json|tsconfig\.json)$/ },
    ...staging.flatMap((part) => planStaging(part, input)),
    {
      do: "run",
      // The classic builder: every engine has it, buildx is a package of its own.
      env: { DOCKER_BUILDKIT: "0" },
      command: [
        ...["docker", "build", "--network", "host", "--force-rm", "--tag", refOf(input, name)],
        ...Object.entries(args).flatMap(([arg, value]) => ["--build-arg", `${arg}=${value}`]),
        ...Object.entries(labelsOf(name)).flatMap(([label, value]) => ["--label", `${label}=${value}`]),
        context,
      ],
    },
  ];
}

function planUpstream(input: BuildPlanInput): Step[] {
  const { upstream, digest } = imageTable[input.name];
  // A reference with tag and digest is refused by skopeo: the digest alone says more.
  const reference = digest ? `${upstream!.replace(/:[^:/]+$/, "")}@${digest}` : upstream!;
  const paths = cachePaths(input.cache);
  return [
    { do: "empty", folder: paths.layout(input.name) },
    { do: "folder", folder: paths.blobs },
    {
      do: "run",
      command: [
        ...["skopeo", "copy", "--insecure-policy", "--quiet", "--dest-shared-blob-dir", paths.blobs],
        ...[`docker://${reference}`, `oci:${paths.layout(input.name)}`],
      ],
    },
  ];
}

// Uncompressed: these layers travel over a LAN or none at all, and compressing them costs more than sending them.
function planLayout(input: BuildPlanInput): Step[] {
  const { name, cache } = input;
  const paths = cachePaths(cache);
  const saved = path.join(paths.work(name), "saved");
  const archive = path.join(saved, "image.tar");
  return [
    { do: "empty", folder: paths.layout(name) },
    { do: "empty", folder: saved },
    { do: "run", command: ["docker", "save", "--output", archive, refOf(input, name)] },
    { do: "run", command: ["tar", "-x", "-f", archive, "-C", saved] },
    { do: "layout", saved, layout: paths.layout(name), blobs: paths.blobs },
    { do: "remove", path: saved },
  ];
}
