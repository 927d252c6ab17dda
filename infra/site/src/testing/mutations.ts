import { hostRoles } from "../schema";
import { badValues } from "./badValues";
import type { Chance } from "./chance";
import { holderOf, keysOfGoodSite, mapAt, type Tree } from "./goodSite";

/** Breaks a key of a file that stays YAML. @returns the path that the message must name, or nothing where it has no such way. */
type Mutation = (tree: Tree, path: string, random: Chance) => string | undefined;

const required = keysOfGoodSite.filter(({ path, fallback }) => fallback === "required" || /^ports\.(media|relay)\./.test(path));

const otherTypes = [null, -1.5, true, "\u0000", "x".repeat(5000), [], [[]], {}, { x: 1 }, 1e300, Number.NaN, "2026-11-22", "🚦 / \\ ' \""];
const isOfType = (value: unknown, other: unknown) =>
  typeof other === typeof value && (typeof value !== "object" || Array.isArray(other) === Array.isArray(value)) && other !== null;

export const mutations = {
  otherType(tree, path, { of }) {
    const { holder, key } = holderOf(tree, path);
    holder[key] = of(otherTypes.filter((other) => !isOfType(holder[key], other)));
    return path;
  },
  badValue(tree, path, random) {
    const make = badValues[path];
    const { holder, key } = holderOf(tree, path);
    if (make) holder[key] = make(random);
    return make && path;
  },
  misspelt(tree, path, { of, below }) {
    const { holder, key } = holderOf(tree, path);
    const at = 1 + below(key.length);
    const wrong = `${key.slice(0, at)}${of(["x", "_", " ", "É", "-"])}${key.slice(at)}`;
    holder[wrong] = holder[key];
    delete holder[key];
    return beside(path, wrong);
  },
  strangerInside(tree, path, { of }) {
    const { holder, key } = holderOf(tree, path);
    const stranger = of([...["s", "Name", "2", ".x", "__proto__"].map((end) => `${key}${end}`), "constructor", "toString"]);
    if (Object.hasOwn(holder, stranger)) return undefined;
    holder[stranger] = of([1, "text", {}, null]);
    return beside(path, stranger);
  },
  takenAway(tree, path) {
    if (!required.some((row) => row.path === path)) return undefined;
    const { holder, key } = holderOf(tree, path);
    delete holder[key];
    return path;
  },
  badName(tree, path, random) {
    if (path !== "hosts" && path !== "cameras") return undefined;
    const name = badValues["site"]!(random) as string;
    mapAt(tree, path)[name] = {};
    return `${path}.${name}`;
  },
  noHost(tree, path) {
    if (path !== "hosts") return undefined;
    tree["hosts"] = {};
    return path;
  },
  strangeRole(tree, path, { of, below }) {
    if (path !== "hosts.one.roles") return undefined;
    const index = below(hostRoles.length);
    mapAt(tree, "hosts.one.roles")[index] = of(["boss", "Media", "", 1, null, [], {}]);
    return `${path}.${index}`;
  },
} satisfies Record<string, Mutation>;

const beside = (path: string, key: string) => [...path.split(".").slice(0, -1), key].join(".");
