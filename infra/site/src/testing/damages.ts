import { isCollection, isNode, parseDocument, stringify } from "yaml";
import type { Chance } from "./chance";
import { goodSite, holderOf } from "./goodSite";

/** What makes the text at a key YAML no more, or another thing than it was. */
const damages = ["[", "{", '"', "'", "*nobody", "&a *a", "!!nothing [", "\t- ", "%", "@", "`", "a: b: c", "- - ]", "? :\n: ?"];

const textOf = (withMachine: boolean) => stringify(goodSite(withMachine));
const texts = { plain: textOf(false), withMachine: textOf(true) };
const documents = { plain: parseDocument(texts.plain), withMachine: parseDocument(texts.withMachine) };
const kindOf = (path: string) => (path.includes("machine") ? "withMachine" : "plain");

/** A damage before the value of a key. @returns the text, and the path of the key where it stops to be what it was */
export function damaged(path: string, random: Chance): { text: string; path: string } {
  const text = texts[kindOf(path)];
  const value = documents[kindOf(path)].getIn(path.split("."), true);
  if (!isNode(value) || !value.range) throw new Error(`${path}: No value in the text`);
  const damage = random.of(damages);
  const begin = value.range[0];
  // Before a block of keys or entries it is a key itself.
  const below = damage.startsWith("a:") && isCollection(value) ? ".a" : "";
  return { text: `${text.slice(0, begin)}${damage}${text.slice(begin)}`, path: `${path}${below}` };
}

/** A key that stands twice, the second time beside its first or behind all others. */
export function doubled(path: string, random: Chance): { text: string; path: string } {
  const tree = goodSite(kindOf(path) === "withMachine");
  const { holder, key } = holderOf(tree, path);
  const entries = Object.entries(holder);
  const index = entries.findIndex(([name]) => name === key);
  // By another name of the same length, which is then the key's again.
  const twin = "_".repeat(key.length);
  entries.splice(random.of([index + 1, entries.length]), 0, [twin, holder[key]]);
  for (const name of Object.keys(holder)) delete holder[name];
  Object.assign(holder, Object.fromEntries(entries));
  return { text: (random.below(2) === 0 ? stringify(tree) : JSON.stringify(tree, null, 2)).replace(twin, key), path };
}
