import { imageTable, type ImageName } from "@barecast/stack/images";
import type { Without } from "./lockfile";

/**
 * A workspace: `app/` with its compiled sources, and of `node_modules/` what its `dist/main.js` can load. `byName`: packages, and folders of them,
 * that are loaded by names which only the running program knows.
 */
export interface WorkspaceStaging {
  readonly kind: "workspace";
  /** From the project's. */
  readonly folder: string;
  readonly without: Without;
  readonly byName: readonly string[];
}

/** What a build context gets besides the recipe folder's own files. */
export type Staging =
  /** Project files, copied as they are. */
  | { readonly kind: "files"; readonly from: readonly string[] }
  /** The Node program that runs this, as `node`. */
  | { readonly kind: "node" }
  | WorkspaceStaging
  /** Pages built by Vite: `pages/<name>/`. `inputs`: further folders they are made from. */
  | { readonly kind: "pages"; readonly folders: readonly string[]; readonly inputs: readonly string[] }
  /** A Go program that the folder `module` compiles in the row's builder, as `to`: its `build` is given the row's version and the file to write. */
  | { readonly kind: "go"; readonly module: string; readonly to: string };

export interface Recipe {
  /** debootstrap: a root file system of that suite. docker: the recipe folder's Dockerfile. */
  readonly kind: "debootstrap" | "docker";
  readonly suite?: string;
  readonly staging: readonly Staging[];
}

const apt: Staging = { kind: "files", from: ["services/base/apt-install", "services/base/image-user"] };
const debootstrap = (suite: string): Recipe => ({ kind: "debootstrap", suite, staging: [] });
const docker = (...staging: Staging[]): Recipe => ({ kind: "docker", staging });
const workspace = (folder: string, byName: readonly string[] = [], without: Without = {}): Recipe =>
  docker({ kind: "workspace", folder, without, byName });

/** Of parse-dashboard's dependencies those that its pages are bundled from: half of all files of Parse's image. Its server asks for the others. */
const dashboardBundle = [
  ...["chart.js", "copy-to-clipboard", "core-js", "diff", "expr-eval-fork", "fast-deep-equal", "graphiql", "graphql", "immutable"],
  ...["immutable-devtools", "inquirer", "js-beautify", "prismjs", "prop-types", "react", "react-ace", "react-chartjs-2", "react-dnd"],
  ...["react-dnd-html5-backend", "react-dom", "react-draggable", "react-helmet", "react-json-view", "react-popper-tooltip"],
  ...["react-resizable", "react-rnd", "react-router-dom", "regenerator-runtime"],
];

const recipes: Readonly<Partial<Record<ImageName, Recipe>>> = {
  base: debootstrap("trixie"),
  bookworm: debootstrap("bookworm"),
  golang: docker(apt),
  node: docker(apt, { kind: "node" }),
  traefik: docker(apt, { kind: "go", module: "services/traefik", to: "traefik" }),
  socketproxy: docker(apt),
  coturn: docker(apt),
  registry: docker(apt),
  postgres: docker(apt),
  redis: docker(apt),
  web: docker(apt, {
    kind: "pages",
    folders: ["apps/console", "apps/reporter"],
    inputs: ["apps/core/src", "services/signaling/src/messages.ts", "package-lock.json"],
  }),
  media: workspace("services/media"),
  signaling: workspace("services/signaling", [
    "kurento-client",
    "kurento-client-core",
    "kurento-client-elements",
    "kurento-client-filters",
  ]),
  parse: workspace("services/parse", ["parse-dashboard/Parse-Dashboard/public", "parse-server/lib/Adapters/Storage/Postgres/sql"], {
    // services/parse/src/no-push.ts stands in for it.
    "parse-server": ["@parse/push-adapter"],
    // Its build for Node does without.
    parse: ["@babel/runtime-corejs3"],
    "parse-dashboard": [...dashboardBundle, "@babel/runtime-corejs3"],
  }),
  machine: docker(apt),
  "machine-baked": docker(apt),
  browser: docker(apt),
  camera: docker(apt),
  reaper: docker(),
};

/** How an image is made from packages. Throws for an image that can't be. */
export function recipeOf(name: ImageName): Recipe & { readonly folder: string } {
  const { recipe: folder } = imageTable[name];
  const recipe = recipes[name];
  if (!folder || !recipe) throw new Error(`${name}: No recipe: it exists upstream only. Use images: upstream`);
  return { ...recipe, folder };
}

/** Project files and folders an image's content depends on, recipe and staging together. */
export function inputsOf(name: ImageName): string[] {
  const { kind, folder, staging } = recipeOf(name);
  return [
    kind === "debootstrap" ? `${folder}/rootfs` : folder,
    ...staging.flatMap((part) => {
      if (part.kind === "files") return [...part.from];
      if (part.kind === "workspace") return ["src", "package.json", "tsconfig.json"].map((file) => `${part.folder}/${file}`);
      if (part.kind === "pages") return [...part.folders, ...part.inputs];
      return [];
    }),
  ];
}
