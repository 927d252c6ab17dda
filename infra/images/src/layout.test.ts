import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { layersOf, readLayout, recordLayout, removeUnusedBlobs } from "./layout";
import { cachePaths, type CachePaths } from "./paths";
import { writeLayout } from "./write-layout";

const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const layers = ["lower layer", "upper layer"];
const config = JSON.stringify({ config: { Healthcheck: { Test: ["CMD", "/bin/true"] } }, rootfs: { diff_ids: layers.map(sha) } });

let cache: string;
let paths: CachePaths;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), "layout-"));
  paths = cachePaths(cache);
});
afterEach(() => rmSync(cache, { recursive: true }));

/** What `docker save` writes, unpacked; `contents` are its layer files. */
async function save(name: "redis" | "coturn", contents = layers): Promise<void> {
  const saved = path.join(cache, "saved");
  rmSync(saved, { recursive: true, force: true });
  mkdirSync(saved, { recursive: true });
  mkdirSync(paths.layout(name), { recursive: true });
  contents.forEach((content, at) => writeFileSync(path.join(saved, `${at}.tar`), content));
  writeFileSync(path.join(saved, "config.json"), config);
  writeFileSync(
    path.join(saved, "manifest.json"),
    JSON.stringify([{ Config: "config.json", Layers: contents.map((_, at) => `${at}.tar`) }]),
  );
  await writeLayout(saved, paths.layout(name), paths.blobs);
}

test("a layout names its blobs by their content, and the configuration is kept to the byte", async () => {
  await save("redis");
  const built = recordLayout(paths, "redis", "k1");
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha(config), size: config.length },
    layers: layers.map((layer) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: sha(layer), size: layer.length })),
  };
  expect(built).toEqual({
    name: "redis",
    key: "k1",
    digest: sha(JSON.stringify(manifest)),
    id: sha(config),
    layout: paths.layout("redis"),
    ref: "barecast/redis:k1",
  });
  expect(JSON.parse(readFileSync(path.join(paths.blobs, ...built.digest.split(":")), "utf8"))).toEqual(manifest);
  expect(JSON.parse(readFileSync(path.join(paths.layout("redis"), "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
  expect(readLayout(paths, "redis")).toEqual(built);
  expect(layersOf(built)).toEqual(layers.map(sha));
});

test("a layer that an engine saved compressed is named by what it is", async () => {
  await save("redis", ["lower layer", "squeezed"]);
  expect(layersOf(recordLayout(paths, "redis", "k1"))).toEqual([sha("lower layer"), sha("squeezed")]);
});

test("no image: nothing written yet, or a blob that is gone or cut short", async () => {
  expect(readLayout(paths, "redis")).toBeUndefined();
  await save("redis");
  recordLayout(paths, "redis", "k1");
  writeFileSync(path.join(paths.blobs, ...sha("upper layer").split(":")), "upper");
  expect(readLayout(paths, "redis")).toBeUndefined();
  rmSync(path.join(paths.blobs, ...sha("upper layer").split(":")));
  expect(readLayout(paths, "redis")).toBeUndefined();
});

test("blobs that no image names go, shared ones stay", async () => {
  await save("redis", ["lower layer", "older"]);
  const older = recordLayout(paths, "redis", "k1");
  await save("redis");
  recordLayout(paths, "redis", "k2");
  await save("coturn");
  recordLayout(paths, "coturn", "c1");
  const before = readdirSync(path.join(paths.blobs, "sha256")).length;
  expect(removeUnusedBlobs(paths)).toBeGreaterThan("older".length);
  expect(before - readdirSync(path.join(paths.blobs, "sha256")).length).toBe(2);
  expect(existsSync(path.join(paths.blobs, ...older.digest.split(":")))).toBe(false);
  expect([readLayout(paths, "redis")?.key, readLayout(paths, "coturn")?.key]).toEqual(["k2", "c1"]);
});
