import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { blobFile } from "./layout";

interface SavedImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Makes an OCI layout (image-layout.md 1.0) of what `docker save` wrote and tar unpacked. The configuration is taken to the byte, so the
 * image keeps its id and its healthcheck (skopeo would drop that); layers stay uncompressed, and what they are called says so.
 */
export async function writeLayout(saved: string, layout: string, blobs: string): Promise<void> {
  const [image] = JSON.parse(await readFile(path.join(saved, "manifest.json"), "utf8")) as [SavedImage];
  await mkdir(path.join(blobs, "sha256"), { recursive: true });
  const config = await readFile(path.join(saved, image.Config));
  const { diff_ids } = (JSON.parse(config.toString()) as { rootfs: { diff_ids: string[] } }).rootfs;
  const layers: Descriptor[] = [];
  for (const [at, file] of image.Layers.entries()) layers.push(await storeLayer(path.join(saved, file), diff_ids[at]!, blobs));
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: await storeJson(config, "application/vnd.oci.image.config.v1+json", blobs),
    layers,
  };
  const index = {
    schemaVersion: 2,
    manifests: [await storeJson(Buffer.from(JSON.stringify(manifest)), manifest.mediaType, blobs)],
  };
  await writeFile(path.join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(path.join(layout, "index.json"), JSON.stringify(index));
}

async function storeJson(content: Buffer, mediaType: string, blobs: string): Promise<Descriptor> {
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  await writeFile(blobFile(blobs, digest), content);
  return { mediaType, digest, size: content.length };
}

/** An engine that keeps layers compressed saves them so; then the digest is not the one the configuration names. */
async function storeLayer(file: string, diffId: string, blobs: string): Promise<Descriptor> {
  const source = await realpath(file).catch(() => undefined);
  const known = await stat(blobFile(blobs, diffId)).catch(() => undefined);
  const saved = source && (await stat(source));
  const tar = "application/vnd.oci.image.layer.v1.tar";
  if (known && (!saved || saved.size === known.size)) {
    if (source) await rm(source);
    return { mediaType: tar, digest: diffId, size: known.size };
  }
  if (!source || !saved) throw new Error(`${file}: Expected a layer that docker save wrote, found nothing`);
  const digest = await hashFile(source);
  await rename(source, blobFile(blobs, digest));
  return { mediaType: digest === diffId ? tar : `${tar}+gzip`, digest, size: saved.size };
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest("hex")}`;
}
