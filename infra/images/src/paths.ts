import path from "node:path";
import type { ImageName } from "@barecast/stack/images";

/** Where things lie in the cache folder. */
export function cachePaths(cache: string) {
  const images = path.join(cache, "images");
  return {
    images,
    /** Everything temporary of one build, and its log. */
    work: (name: ImageName) => path.join(images, name),
    context: (name: ImageName) => path.join(images, name, "context"),
    log: (name: ImageName) => path.join(images, name, "build.log"),
    /** Debian packages that debootstrap fetched. */
    debs: (suite: string) => path.join(cache, "debs", suite),
    go: path.join(cache, "go"),
    compiled: (name: ImageName, key: string) => path.join(cache, "go", "out", `${name}-${key}`),
    oci: path.join(cache, "oci"),
    layout: (name: ImageName) => path.join(cache, "oci", name),
    /** What the layout holds and the key it was made from; written last, so that it is never there without its layout. */
    state: (name: ImageName) => path.join(cache, "oci", name, "barecast.json"),
    /** Blobs of all layouts: the layers of `base` are there once. */
    blobs: path.join(cache, "oci", "blobs"),
  };
}

export type CachePaths = ReturnType<typeof cachePaths>;

/** An image's name in the local engine. */
export function localRef(name: ImageName, key: string): string {
  return `barecast/${name}:${key}`;
}
