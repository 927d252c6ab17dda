// Site files broken by a seeded chance: each message must name the key that was broken, in words, and at once.
import { isMap, isScalar, parseDocument, stringify } from "yaml";
import { siteExample, siteKeys } from "./docs";
import { parseSite } from "./load";
import { SiteProblems } from "./problems";

const seed = 20261122;
const rounds = 10_000;

/** Mulberry32: the same numbers on every computer. */
function chance(start: number) {
  let state = start;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (count: number) => Math.floor(next() * count),
    of: <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!,
  };
}
const random = chance(seed);

type Tree = Record<string, unknown>;
const good = parseDocument(siteExample()).toJS() as Tree;
const withMachine = structuredClone(good);
Object.assign((withMachine["hosts"] as Tree)["one"] as Tree, { machine: { baked: true, memoryBytes: 4_294_967_296 } });
delete ((withMachine["hosts"] as Tree)["one"] as Tree)["address"];

/** Every key of the schema, as its path in one of the two files. */
const places = siteKeys().map(({ path }) => path.replace("hosts.<name>", "hosts.one").replace("cameras.<name>", "cameras.gate").split("."));
const required = [
  "site",
  "domain",
  "hosts",
  "cameras.gate.url",
  "ports.media.from",
  "ports.media.to",
  "ports.relay.from",
  "ports.relay.to",
];

const parentOf = (tree: Tree, place: readonly string[]) => place.slice(0, -1).reduce((node, key) => node[key] as Tree, tree);

/** Ways to break a key of a file that stays YAML; each returns what the message must name. */
const mutations: readonly ((tree: Tree, place: readonly string[]) => string | undefined)[] = [
  function otherType(tree, place) {
    const [parent, key] = [parentOf(tree, place), place.at(-1)!];
    const value = parent[key];
    const others = [null, -1.5, true, "\u0000", "x".repeat(5000), [], [[]], {}, { x: 1 }, 1e300, Number.NaN, "2026-11-22", "🚦 / \\ ' \""];
    const fits = (other: unknown) =>
      typeof other === typeof value && (typeof value !== "object" || Array.isArray(other) === Array.isArray(value)) && other !== null;
    // A secret's or user's name may be any text; a number in words is none.
    parent[key] = random.of(others.filter((other) => !fits(other)));
    return place.join(".");
  },
  function misspelt(tree, place) {
    const [parent, key] = [parentOf(tree, place), place.at(-1)!];
    const at = 1 + random.below(key.length);
    const wrong = `${key.slice(0, at)}${random.of(["x", "_", " ", "É", "-"])}${key.slice(at)}`;
    parent[wrong] = parent[key];
    delete parent[key];
    return [...place.slice(0, -1), wrong].join(".");
  },
  function strangerInside(tree, place) {
    const parent = parentOf(tree, place);
    const stranger = `${place.at(-1)!}${random.of(["s", "Name", "2", ".x", "__proto__"])}`;
    if (stranger in parent) return undefined;
    parent[stranger] = random.of([1, "text", {}, null]);
    return [...place.slice(0, -1), stranger].join(".");
  },
  function takenAway(tree, place) {
    if (!required.includes(place.join("."))) return undefined;
    delete parentOf(tree, place)[place.at(-1)!];
    return place.join(".");
  },
];

/** Ways to break the text at a key so that it is YAML no more, or another thing than it was. */
const damages = ["[", "{", '"', "'", "*nobody", "&a *a", "!!nothing [", "\t- ", "%", "@", "`", "a: b: c", "- - ]", "? :\n: ?"];

const plainText = stringify(good);
const plainDocument = parseDocument(plainText);

function damaged(place: readonly string[]): Broken | undefined {
  const value = plainDocument.getIn(place, true);
  const range = isScalar(value) || isMap(value) ? value.range : undefined;
  if (!range) return undefined;
  const text = `${plainText.slice(0, range[0])}${random.of(damages)}${plainText.slice(range[0])}`;
  return { text, key: place.at(-1)!, isYaml: parseDocument(text).errors.length === 0, maybeRight: true };
}

function told(text: string): { message: string; tookMs: number } {
  const began = performance.now();
  try {
    parseSite(text, "sites/x.yaml");
  } catch (error) {
    if (!(error instanceof SiteProblems)) throw error;
    return { message: error.message, tookMs: performance.now() - began };
  }
  return { message: "", tookMs: performance.now() - began };
}

interface Broken {
  readonly text: string;
  /** What the message must name. */
  readonly key: string;
  readonly isYaml: boolean;
  /** Whether the file may mean something else by now and be right. */
  readonly maybeRight: boolean;
}

interface Failure {
  readonly round: number;
  readonly key: string;
  readonly message: string;
  readonly text: string;
}

test(`${rounds} broken files: the message names the key, shows no stack, and takes less than a second (seed ${seed})`, () => {
  const failures: Failure[] = [];
  const broken = new Map<string, number>();
  let parsed = 0;
  for (let round = 0; broken.size < places.length || sum(broken) < rounds; round += 1) {
    const place = places[round % places.length]!;
    const made = random.below(4) === 0 ? damaged(place) : mutated(place);
    if (!made) continue;
    const { message, tookMs } = told(made.text);
    // A damage may leave a file that means something else and is right: `*` in a title.
    if (message === "" && made.maybeRight) continue;
    broken.set(place.join("."), (broken.get(place.join(".")) ?? 0) + 1);
    if (made.isYaml) parsed += 1;
    const isTold = message.includes(made.key) && !/\n\s+at /.test(message) && tookMs < 1000;
    if (!isTold) failures.push({ round, key: made.key, message, text: made.text });
  }
  expect(failures.slice(0, 3)).toEqual([]);
  expect(parsed).toBeGreaterThan(rounds / 2);
  expect([...broken.keys()].sort()).toEqual(places.map((place) => place.join(".")).sort());
}, 120_000);

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((all, count) => all + count, 0);

function mutated(place: readonly string[]): Broken | undefined {
  const tree = structuredClone(place.includes("machine") ? withMachine : good);
  const key = random.of(mutations)(tree, place);
  return key === undefined ? undefined : { text: JSON.stringify(tree), key, isYaml: true, maybeRight: false };
}
