import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { Barecast } from "../../src/barecast";
import { changedCheckout } from "../../src/checkout";
import { processesWith, type Running } from "../../src/running";
import { docker } from "../../src/session";
import { until } from "../../src/until";
import { merged, storySite, writeSiteFile } from "../../src/siteFile";

// The build of an image, ended by Ctrl-C and by kill -9 of all that it started: nothing of it goes on, and the next one ends it.
jest.setTimeout(20 * 60_000);

// No layer of an earlier build will do: all of it is built here.
const mark = `STORY=${Date.now()}`;
const checkout = changedCheckout("redis", (dockerfile) => dockerfile.replace("\nARG VERSION", `\nENV ${mark}\nARG VERSION`));
const siteFile = writeSiteFile(merged(storySite, { site: "e2e-build", domain: "build.localhost" }), path.join(checkout, "sites"));
const barecast = new Barecast(siteFile, { BARECAST_AGE_KEY_FILE: path.join(checkout, "site.agekey") }).by(checkout);

/** Images of this story, by what is in their environment. */
const ours = async (): Promise<string[]> => {
  const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.startsWith("barecast/redis:"));
  const found = await Promise.all(tags.map(async (tag) => ({ tag, env: (await docker.getImage(tag).inspect()).Config.Env ?? [] })));
  return found.filter(({ env }) => env.includes(mark)).map(({ tag }) => tag);
};
/** What the build of this story's image has running: containers of Docker's, and processes of this checkout. */
async function atWork(): Promise<string[]> {
  const containers = await docker.listContainers({ all: true });
  const found = await Promise.all(
    containers.map(async ({ Id, Names }) => ({
      name: Names.join(),
      env: (
        await docker
          .getContainer(Id)
          .inspect()
          .catch(() => null)
      )?.Config.Env,
    })),
  );
  return [...found.filter(({ env }) => env?.includes(mark)).map(({ name }) => name), ...processesWith(checkout)];
}

/** Docker hears that nobody waits any more, and takes its container away: a moment later. */
const nothingAtWork = () => until("Nothing is at work", async () => (await atWork()).join() || null, { withinMs: 30_000, everyMs: 100 });

afterAll(async () => {
  for (const tag of await ours()) await docker.getImage(tag).remove();
  rmSync(checkout, { recursive: true });
});

const log = path.join(checkout, ".cache", "images", "redis", "build.log");
/** Begins a build, and waits until packages are put into the image. */
async function unpacking(): Promise<Running> {
  rmSync(log, { force: true });
  const build = barecast.begin("build");
  const said = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  await build.reaches("Packages are unpacked", () => (/^Unpacking redis/m.test(said()) ? null : said().slice(-500)), 10 * 60_000);
  return build;
}

test("Ctrl-C ends it, in a word", async () => {
  const { code, output } = await (await unpacking()).interrupt();
  expect({ code, last: output.trimEnd().split("\n").at(-1) }).toEqual({
    code: 130,
    last: "Interrupted. The same command goes on from here",
  });
  await nothingAtWork();
  expect(await ours()).toEqual([]);
});

test("so does kill -9, and the next build ends what both began", async () => {
  await (await unpacking()).kill();
  await nothingAtWork();
  expect(await ours()).toEqual([]);
  const digests = JSON.parse(await barecast.verb(["build", "--json"], 10 * 60_000)) as Record<string, string>;
  expect(await atWork()).toEqual([]);
  const manifest = path.join(checkout, ".cache", "oci", "blobs", ...digests.redis!.split(":"));
  expect(readFileSync(manifest, "utf8")).toContain('"layers"');
  // None, when a site beside this story has been taken down: images of sites go with it.
  expect((await ours()).length).toBeLessThanOrEqual(1);
  const before = readFileSync(log, "utf8");
  expect(JSON.parse(await barecast.verb(["build", "--json"], 60_000))).toEqual(digests);
  expect(readFileSync(log, "utf8")).toBe(before);
});
