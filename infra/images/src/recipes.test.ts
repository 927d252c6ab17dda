import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSite } from "@barecast/site";
import { stackOf } from "@barecast/stack";
import { exampleDigests, exampleSecrets } from "@barecast/stack/example";
import { imageNames, imagesFor, imageTable, type ImageName } from "@barecast/stack/images";
import { labelsOf } from "./labels";
import { inputsOf, recipeOf } from "./recipes";

const project = path.join(__dirname, "../../..");
const read = (...parts: string[]) => readFileSync(path.join(project, ...parts), "utf8");
const built = imageNames.filter((name) => imageTable[name].recipe);
const dockerfiles = built
  .filter((name) => recipeOf(name).kind === "docker")
  .map((name) => ({ name, text: read(recipeOf(name).folder, "Dockerfile") }));
const replica = parseSite(
  "site: replica\ndomain: replica.localhost\nimages: packages\nhosts: {one: {machine: {}}}\n",
  "sites/replica.yaml",
);

test("every input of every recipe exists", () => {
  const missing = built.flatMap((name) =>
    inputsOf(name)
      .filter((file) => !existsSync(path.join(project, file)))
      .map((file) => `${name}: ${file}`),
  );
  expect(missing).toEqual([]);
});

test("what is loaded by name is among the packages", () => {
  const names = built.flatMap((name) => recipeOf(name).staging.flatMap((part) => (part.kind === "workspace" ? part.byName : [])));
  expect(names).toContain("kurento-client");
  expect(names.filter((name) => !existsSync(path.join(project, "node_modules", name)))).toEqual([]);
});

test("every image is labelled with what it is, its version and its source", () => {
  for (const name of imageNames) {
    const { version, title, source, licenses } = imageTable[name];
    expect(labelsOf(name)).toEqual({
      "barecast.image": name,
      "org.opencontainers.image.title": title,
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.source": source,
      "org.opencontainers.image.licenses": licenses,
    });
    expect([version, title, source, licenses].filter((text) => !/^\S.*\S$|^\S$/.test(text))).toEqual([]);
  }
});

test("a Dockerfile is FROM what the table says it needs, and from nothing else", () => {
  const wrong = dockerfiles.filter(({ name, text }) => {
    const from = [...text.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]).filter((image) => image !== "scratch");
    const needs = imageTable[name].needs.map((need) => `\${${need.toUpperCase()}_IMAGE}`);
    return JSON.stringify(from) !== JSON.stringify(needs);
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test("site images end as their own user, with the table's entrypoint", () => {
  const site = dockerfiles.filter(({ name }) => imagesFor("site").includes(name));
  const wrong = site.filter(({ name, text }) => {
    const user = [...text.matchAll(/^USER (.*)$/gm)].at(-1)?.[1];
    const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)?.[1] ?? "[]") as string[];
    const command = JSON.parse(/^CMD (.*)$/m.exec(text)?.[1] ?? "[]") as string[];
    const wanted = JSON.stringify(imageTable[name].entrypoint);
    return user !== "${IMAGE_USER}" || ![JSON.stringify(entrypoint), JSON.stringify([...entrypoint, ...command])].includes(wanted);
  });
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

/** A service's healthcheck as its image has it: for those who run the image by hand. */
function healthcheckOf(image: ImageName): string | undefined {
  const [service] = stackOf({ site: replica, secrets: exampleSecrets, digests: exampleDigests }).services.filter(
    (one) => one.image === image,
  );
  if (!service) return undefined;
  const { test: check, intervalMs, timeoutMs, retries, startPeriodMs } = service.healthcheck;
  // Where the site's address stands in it, the image has this computer's.
  const [kind, ...command] = check.map((word) => word.replaceAll(replica.hosts[0]!.address, "127.0.0.1"));
  const times = `--interval=${intervalMs / 1000}s --timeout=${timeoutMs / 1000}s --retries=${retries} --start-period=${startPeriodMs / 1000}s`;
  return `HEALTHCHECK ${times} ${kind} ${JSON.stringify(command)}`;
}

const builtForSites = imagesFor("site").filter((name) => built.includes(name));

test("each image of a site that is built has one healthcheck: the one that its services have, or one of its own", () => {
  const wanted = builtForSites.map((name) => [
    name,
    [
      healthcheckOf(name) ??
        expect.stringMatching(
          /^HEALTHCHECK --interval=\S+ --timeout=\S+ --retries=\S+ --start-period=\S+ CMD \["\/usr\/local\/bin\/\S+"\]$/,
        ),
    ],
  ]);
  const found = builtForSites.map((name) => [
    name,
    [...(dockerfiles.find((one) => one.name === name)?.text ?? "").matchAll(/^HEALTHCHECK .*$/gm)].map(([line]) => line),
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
});

test("Go's module file names the table's versions", () => {
  const { golang, traefik } = imageTable;
  const modules = read("services/traefik/go.mod");
  expect(/^toolchain go(.*)$/m.exec(modules)?.[1]).toBe(golang.version);
  expect(/github\.com\/traefik\/traefik\/v3 v(\S+)/.exec(modules)?.[1]).toBe(traefik.version);
});

test("our own images carry the project's version", () => {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  expect(["web", "media", "signaling", "parse", "reaper"].map((name) => imageTable[name as "web"].version)).toEqual(Array(5).fill(version));
});
