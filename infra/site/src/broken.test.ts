// Site files broken by a seeded chance: each message must name the key that was broken, in words, and at once.
import { parseDocument, stringify } from "yaml";
import { parseSite } from "./load";
import { SiteProblems } from "./problems";
import { rules } from "./rules";
import { badValues } from "./testing/badValues";
import { chance } from "./testing/chance";
import { damaged, doubled } from "./testing/damages";
import { goodSite, keysOfGoodSite } from "./testing/goodSite";
import { mutations } from "./testing/mutations";
import { ruleBreaks } from "./testing/ruleBreaks";

const seed = 20261122;
const rounds = 10_000;
const random = chance(seed);
const paths = keysOfGoodSite.map(({ path }) => path);

interface Broken {
  readonly text: string;
  /** The way in which it was broken. */
  readonly by: string;
  /** What the message must name, at the beginning of a line or as the place in the text. */
  readonly path: string;
  readonly isYaml: boolean;
}

const ways: readonly ((path: string) => Broken | undefined)[] = [
  ...Object.entries(mutations).map(([by, mutate]) => (path: string) => {
    const tree = goodSite(path.includes("machine"));
    const named = mutate(tree, path, random);
    return named === undefined ? undefined : { text: textOf(tree), by, path: named, isYaml: true };
  }),
  () => {
    const tree = goodSite();
    const by = random.of(Object.keys(ruleBreaks));
    return { path: ruleBreaks[by]!(tree, random), text: textOf(tree), by, isYaml: true };
  },
  ...Object.entries({ damaged, doubled }).map(([by, damage]) => (path: string) => {
    const { text, path: named } = damage(path, random);
    return { text, by, path: named, isYaml: parseDocument(text).errors.length === 0 };
  }),
];
/** As JSON, which is YAML, or as people write it. */
const textOf = (tree: unknown) => (random.below(4) === 0 ? stringify(tree) : JSON.stringify(tree));

/** The message, and the processor's time that it took: a busy computer takes longer by the clock. */
function told(text: string): { message: string; tookMs: number } {
  const began = process.cpuUsage();
  let message = "";
  try {
    parseSite(text, "x.yaml");
  } catch (error) {
    if (!(error instanceof SiteProblems)) throw error;
    message = error.message;
  }
  const { user, system } = process.cpuUsage(began);
  return { message, tookMs: (user + system) / 1000 };
}

function isNamed(message: string, { path, by, isYaml }: Broken): boolean {
  const lines = message.split("\n");
  const inText = lines.some((line) => line.includes(` (${path}): Expected `) && /^ {2}line \d+, column \d+ \(/.test(line));
  const inFile = lines.some((line) => line.startsWith(`  ${path}: Expected `));
  if (by !== "damaged") return isYaml ? inFile : inText;
  return inText || (isYaml && inFile);
}

test(`${rounds} broken files: the message names the key, shows no stack, and takes less than a second (seed ${seed})`, () => {
  const failures: (Broken & { round: number; message: string; tookMs: number })[] = [];
  const [keys, by] = [new Set<string>(), new Set<string>()];
  let [count, parsed] = [0, 0];
  for (let round = 0; count < rounds; round += 1) {
    const path = paths[round % paths.length]!;
    const broken = random.of(ways)(path);
    if (!broken) continue;
    const { message, tookMs } = told(broken.text);
    // A damage may leave a file that means something else and is right.
    if (message === "" && broken.by === "damaged" && broken.isYaml) continue;
    count += 1;
    parsed += Number(broken.isYaml);
    by.add(broken.by);
    if (!(broken.by in ruleBreaks)) keys.add(path);
    if (!isNamed(message, broken) || /\n\s+at /.test(message) || tookMs >= 1000) failures.push({ round, message, tookMs, ...broken });
  }
  expect(failures.slice(0, 3)).toEqual([]);
  expect(parsed).toBeGreaterThan(rounds / 2);
  expect([...keys].sort()).toEqual([...paths].sort());
  expect([...by].sort()).toEqual([...Object.keys(mutations), ...Object.keys(ruleBreaks), "damaged", "doubled"].sort());
});

test("every rule between keys is broken there, and every key whose values can be wrong", () => {
  expect(Object.keys(ruleBreaks).sort()).toEqual(rules.map(({ name }) => name).sort());
  const withValues = keysOfGoodSite.filter(({ isGroup, type }) => !isGroup && type !== "boolean").map(({ path }) => path);
  expect(withValues.filter((path) => !(path in badValues))).toEqual([]);
});
