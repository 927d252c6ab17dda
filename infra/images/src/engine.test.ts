import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadIntoDocker } from "./engine";

let folder: string;
const usual = process.env.PATH;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "engine-"));
  process.env.PATH = `${folder}:${usual}`;
});
afterEach(() => {
  process.env.PATH = usual;
  rmSync(folder, { recursive: true });
});

/** A program of this name that runs `sh` text, before all others. */
function program(name: string, text: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(path.join(folder, name), 0o755);
}

/** An OCI layout with one layer of a megabyte. */
function layout(): string {
  const blobs = path.join(folder, "oci/blobs/sha256");
  mkdirSync(path.join(folder, "oci/redis"), { recursive: true });
  mkdirSync(blobs, { recursive: true });
  writeFileSync(path.join(blobs, "1a"), Buffer.alloc(1 << 20, "x"));
  writeFileSync(path.join(blobs, "c0"), "{}");
  writeFileSync(path.join(blobs, "ab"), JSON.stringify({ config: { digest: "sha256:c0" }, layers: [{ digest: "sha256:1a" }] }));
  writeFileSync(path.join(folder, "oci/redis/index.json"), JSON.stringify({ manifests: [{ digest: "sha256:ab" }] }));
  return path.join(folder, "oci/redis");
}

const load = () =>
  loadIntoDocker({ name: "redis", ref: "barecast/redis:k1", key: "k1", digest: "sha256:ab", id: "sha256:c0", layout: layout() });

test("what reaches `docker load` is the archive, with the layout's blobs as they are", async () => {
  program("docker", `case $1 in load) tar --extract --directory ${folder}/ --one-top-level=loaded ;; esac`);
  await load();
  expect(JSON.parse(readFileSync(path.join(folder, "loaded/manifest.json"), "utf8"))).toEqual([
    { Config: "sha256/c0", RepoTags: ["barecast/redis:k1"], Layers: ["sha256/1a"] },
  ]);
  expect(readFileSync(path.join(folder, "loaded/sha256/1a"), "utf8")).toHaveLength(1 << 20);
});

test("a Docker that refuses the archive is told with its own words, though the pipe to it broke", async () => {
  program("docker", 'case $1 in load) echo "no space left on device" >&2; exit 1 ;; esac');
  await expect(load()).rejects.toThrow("redis: Could not be loaded into Docker: no space left on device");
});

test("a layer that can't be read is told by tar, beside the Docker that got half an archive", async () => {
  program("docker", 'case $1 in load) cat >/dev/null; echo "unexpected EOF" >&2; exit 1 ;; esac');
  program("tar", 'echo "tar: sha256/1a: Cannot open" >&2; exit 2');
  await expect(load()).rejects.toThrow("redis: Could not be loaded into Docker: unexpected EOF; tar: sha256/1a: Cannot open");
});
