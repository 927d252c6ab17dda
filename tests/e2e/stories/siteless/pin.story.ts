import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildImages, keepingImages, loadIntoDocker } from "@barecast/images";
import { imageNames, imageTable } from "@barecast/stack";
import { GenericContainer, Wait, type StartedTestContainer } from "testcontainers";
import { run } from "../../src/command";
import { cacheFolder, projectFolder } from "../../src/project";
import { testImages } from "../../src/images";

// Official images by digest: a registry of our own stands for all the others.
jest.setTimeout(900_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-pin-"));
const references = imageNames.flatMap((name) => imageTable[name].upstream ?? []);
let registry: StartedTestContainer;
let location: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  await testImages();
  const { registry: built } = await buildImages({ source: "packages", names: ["registry"], project: projectFolder, cache: cacheFolder });
  const container = new GenericContainer(built.ref)
    .withExposedPorts(5000)
    .withCopyContentToContainer([
      {
        content: 'version: 0.1\nstorage: { filesystem: { rootdirectory: /tmp/registry } }\nhttp: { addr: ":5000" }\n',
        target: "/etc/docker/registry/config.yml",
        mode: 0o644,
      },
    ])
    .withCommand(["/etc/docker/registry/config.yml"])
    .withWaitStrategy(Wait.forHttp("/v2/", 5000));
  registry = await keepingImages({ project: projectFolder }, async () => {
    await loadIntoDocker(built);
    return container.start();
  });
  location = `${registry.getHost()}:${registry.getMappedPort(5000)}`;
  env = { ...process.env, HOME: homeWith(location) };
});
afterAll(async () => {
  await registry?.stop();
  rmSync(folder, { recursive: true });
});

/** A home folder whose owner takes docker.io from elsewhere (containers-registries.conf(5)). */
function homeWith(location: string): string {
  const home = mkdtempSync(path.join(folder, "home-"));
  mkdirSync(path.join(home, ".config", "containers"), { recursive: true });
  const settings = `[[registry]]\nprefix = "docker.io"\nlocation = "${location}"\ninsecure = true\n`;
  writeFileSync(path.join(home, ".config", "containers", "registries.conf"), settings);
  return home;
}

/** Puts a little image of its own behind a tag. @returns its digest */
async function publish(reference: string, content: string): Promise<string> {
  const layout = mkdtempSync(path.join(folder, "layout-"));
  const blobs = path.join(layout, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const store = (mediaType: string, value: object) => {
    const text = JSON.stringify(value);
    const hash = createHash("sha256").update(text).digest("hex");
    writeFileSync(path.join(blobs, hash), text);
    return { mediaType, digest: `sha256:${hash}`, size: text.length };
  };
  const config = store("application/vnd.oci.image.config.v1+json", {
    architecture: "amd64",
    os: "linux",
    config: { Labels: { content } },
    rootfs: { type: "layers", diff_ids: [] },
  });
  const type = "application/vnd.oci.image.manifest.v1+json";
  const manifest = store(type, { schemaVersion: 2, mediaType: type, config, layers: [] });
  writeFileSync(path.join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(path.join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  const to = reference.replace("docker.io", location);
  await run(["skopeo", "copy", "--insecure-policy", "--quiet", "--dest-tls-verify=false", `oci:${layout}`, `docker://${to}`]);
  return manifest.digest;
}

test("images pin writes what stands behind every tag of the table; a moved tag is seen by the next", async () => {
  const published: Record<string, string> = {};
  for (const reference of references) published[reference] = await publish(reference, reference);
  const output = path.join(folder, "digests.json");
  const pin = async () =>
    JSON.parse(await run(["./barecast", "images", "pin", "--json", "--output", output], { cwd: projectFolder, env, withinMs: 60_000 })) as {
      digests: object;
    };
  expect((await pin()).digests).toEqual(published);
  expect(JSON.parse(readFileSync(output, "utf8"))).toEqual(published);
  const moved = references[0]!;
  published[moved] = await publish(moved, "another");
  expect((await pin()).digests).toEqual(published);
});

test("a pinned image stays the one that was pinned, whatever its tag says; another is what the tag says", async () => {
  const older = await publish(imageTable.redis.upstream!, "older");
  const newer = await publish(imageTable.redis.upstream!, "newer");
  const ours = jest.replaceProperty(process, "env", env);
  const copied = async (digest: string | undefined) => {
    const row = jest.replaceProperty(imageTable, "redis", { ...imageTable.redis, digest: digest as `sha256:${string}` | undefined });
    const cache = mkdtempSync(path.join(folder, "cache-"));
    const { redis } = await buildImages({ source: "upstream", names: ["redis"], project: projectFolder, cache });
    row.restore();
    return redis.digest;
  };
  expect([await copied(older), await copied(undefined)]).toEqual([older, newer]);
  ours.restore();
});

test("a tag that is not there is named", async () => {
  const nowhere = { ...env, HOME: homeWith("127.0.0.1:9") };
  const command = ["./barecast", "images", "pin", "--output", path.join(folder, "never.json")];
  await expect(run(command, { cwd: projectFolder, env: nowhere, withinMs: 60_000 })).rejects.toThrow(
    /\n[a-z]+: Could not be looked up at docker\.io\/[a-z0-9:./-]+: .*127\.0\.0\.1:9/,
  );
});
