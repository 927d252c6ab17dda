import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { atWork } from "../../src/atWork";
import { leftOf, PoorComputer } from "../../src/computers";

// Wrong words, and right ones at the wrong time: each gets an answer that says what to type, and no stack.
jest.setTimeout(45 * 60_000);

const site = new PoorComputer("e2e-words");
afterAll(() => site.remove());

const barecast = (words: readonly string[], env: NodeJS.ProcessEnv = {}, withinMs?: number) =>
  leftOf(["./barecast", ...words], { ...process.env, ...site.env, ...env }, withinMs);
/** What is told, without the steps that went before and their durations. */
const told = (output: string) => output.replace(/^ {2}\S.* \d+\.\ds.*\n/gm, "").trim();

const file = (name: string, text: string) => {
  writeFileSync(site.path(name), text);
  return site.path(name);
};
const resting = "hosts.one: Expected its machine to run, found it missing. Run: ./barecast up";
const rows: readonly (readonly [words: string, exitCode: number, answer: string, env?: () => NodeJS.ProcessEnv])[] = [
  ["foo", 2, "Unknown command 'foo'\nType: ./barecast help"],
  ["foo --json", 2, '{"error":{"code":"usage","message":"Unknown command \'foo\'\\nType: ./barecast help"}}'],
  ["statsu", 2, "Unknown command 'statsu'\n(Did you mean status?)\nType: ./barecast help"],
  ["up --force", 2, "Unknown option '--force'\nType: ./barecast help"],
  ["up now", 2, "Too many arguments for 'up'. Expected 0 arguments but got 1: now.\nType: ./barecast help"],
  ["logs", 2, "Missing required argument 'service'\nType: ./barecast help"],
  ["logs signaling --lines many", 2, '--lines: Expected a whole number from 1 to 999999, found "many"'],
  ["logs signaling", 4, resting],
  ["verify", 4, resting],
  ["open", 4, resting],
  ["open sesame", 2, "open sesame: Expected console or dashboard"],
  ["secrets forget", 2, 'secrets: Expected list, set NAME or show ACCOUNT, found "forget". Type: ./barecast help secrets'],
  ["images pull", 2, "images pull: Expected pin"],
  ["status", 0, "HOST  STATE    SINCE\none   missing\n\nNothing runs: ./barecast up"],
  [
    "check",
    2,
    `${site.path("none.yaml")}: Cannot be read (ENOENT). Name a site file: SITE=sites/<name>.yaml`,
    () => ({ SITE: site.path("none.yaml") }),
  ],
  ["up", 2, `${site.folder}: Cannot be read (EISDIR). Name a site file: SITE=sites/<name>.yaml`, () => ({ SITE: site.folder })],
  [
    "down",
    2,
    `${site.path("bad.yaml")}: 2 problems\n  hosts: Expected a map of names, found 3. docs/site.md says what belongs there\n  host: Expected a key of the site file, found "host". Remove it, or look for its name in sites/example.yaml`,
    () => ({ SITE: file("bad.yaml", "site: bad\ndomain: bad.localhost\nhosts: 3\nhost: {}\n") }),
  ],
];
const cases = rows.map(([words, exitCode, answer, env]) => ({ words, exitCode, answer, env }));
test.each(cases)("$words", async ({ words, exitCode, answer, env }) => {
  const left = await barecast(words.split(" "), env?.());
  expect({ exitCode: left.exitCode, told: told(left.output) }).toEqual({ exitCode, told: answer });
  expect(await site.made()).toEqual([]);
});

test("plan before the first up tells all that would be made, and makes nothing that runs", async () => {
  // It may have images to build.
  const { exitCode, output } = await barecast(["plan"], {}, 40 * 60_000);
  expect(output).toMatch(/^\+ create {3}machine {8}one$/m);
  expect(output).toMatch(/^\+ create {3}Resource {7}hosts$/m);
  expect(output).toMatch(/^\+ create {3}Service {8}traefik$/m);
  expect(output.trimEnd().split("\n").at(-1)).toMatch(/^\d+ create$/);
  expect({ exitCode, made: await site.made() }).toEqual({ exitCode: 0, made: ["state", "site.agekey"] });
});

test("down where nothing is up, and once more", async () => {
  for (const _time of ["first", "second"]) {
    const { exitCode, output } = await barecast(["down"]);
    expect(exitCode).toBe(0);
    expect(output).not.toMatch(/barecast-e2e-words/);
    expect(output).toMatch(/^Removed: /m);
  }
});

test("a second up of the site, or a down meanwhile, is refused with who is at work", async () => {
  const other = await atWork('siteLock("e2e-words")', "the up of /elsewhere");
  for (const verb of ["up", "down"]) {
    const { exitCode, output } = await barecast([verb]);
    expect(exitCode).toBe(3);
    expect(told(output)).toMatch(
      /^e2e-words: Expected nobody else at work on the site, found the up of \/elsewhere \(pid \d+, since .*Z\)\. Wait until that ends$/,
    );
  }
  expect((await other.interrupt()).code).toBe(0);
});

test("down --wipe takes the secrets, their key and the cache too, and names them", async () => {
  const cache = site.path("cache");
  mkdirSync(cache);
  const { exitCode, output } = await barecast(["down", "--wipe", "--json"], { BARECAST_CACHE: cache });
  const { removed } = JSON.parse(output.trimEnd().split("\n").at(-1)!) as { removed: string[] };
  expect({ exitCode, removed }).toEqual({
    exitCode: 0,
    removed: expect.arrayContaining([site.path("state", site.site, "secrets.age"), site.path("site.agekey"), cache]),
  });
  expect({ made: await site.made(), hasCache: existsSync(cache) }).toEqual({ made: [], hasCache: false });
});
