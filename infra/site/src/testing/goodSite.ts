import { parse } from "yaml";
import { siteExample, siteKeys } from "../docs";

export type Tree = Record<string, unknown>;

const example = parse(siteExample()) as Tree;

/** The example, as what breaks it finds it; `withMachine`: its host is a machine, for the keys that only such a one has. */
export const goodSite = (withMachine = false): Tree => {
  const tree = structuredClone(example);
  if (withMachine) {
    Object.assign(mapAt(tree, "hosts.one"), { machine: { baked: true, memoryBytes: 4_294_967_296 } });
    delete mapAt(tree, "hosts.one")["address"];
  }
  return tree;
};

/** Every key of the schema, as its path in these files. */
export const keysOfGoodSite = siteKeys().map(({ path, ...row }) => ({
  ...row,
  path: path.replace("hosts.<name>", "hosts.one").replace("cameras.<name>", "cameras.gate"),
}));

export const mapAt = (tree: Tree, path: string): Tree =>
  (path === "" ? [] : path.split(".")).reduce((node, key) => node[key] as Tree, tree);

/** The map that holds a key, and the key in it. */
export function holderOf(tree: Tree, path: string): { holder: Tree; key: string } {
  const keys = path.split(".");
  return { holder: mapAt(tree, keys.slice(0, -1).join(".")), key: keys.at(-1)! };
}
