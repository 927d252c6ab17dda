import type { ImageName } from "@barecast/stack/images";

/** An image with the digests of its layers. */
export interface LayeredImage {
  readonly name: ImageName;
  readonly layers: readonly string[];
}

/** An image to push, after `mounts`: layers that another repository of the same registry has by then. */
export interface Push {
  readonly name: ImageName;
  readonly mounts: readonly { readonly digest: string; readonly from: ImageName }[];
}

/**
 * In which order to push so that a layer that several images share travels once: first a few images that together hold all shared
 * layers, no two of them the same one, then, side by side, the rest. `held`: images that the registry has already.
 */
export function pushWaves(images: readonly LayeredImage[], held: readonly LayeredImage[] = []): Push[][] {
  const owner = new Map<string, ImageName>();
  const own = ({ name, layers }: LayeredImage) => layers.forEach((layer) => owner.get(layer) ?? owner.set(layer, name));
  held.forEach(own);
  const waves: Push[][] = [];
  for (let left = [...images]; left.length > 0;) {
    const travelling = new Set<string>();
    // Those with more layers first: they carry the layers of the others.
    const wave = [...left]
      .sort((a, b) => b.layers.length - a.layers.length)
      .filter(({ layers }) => {
        const fresh = layers.filter((layer) => !owner.has(layer));
        if (fresh.some((layer) => travelling.has(layer))) return false;
        fresh.forEach((layer) => travelling.add(layer));
        return true;
      });
    waves.push(wave.map(({ name, layers }) => ({ name, mounts: mountsOf(layers, owner) })));
    wave.forEach(own);
    left = left.filter((image) => !wave.includes(image));
  }
  return waves;
}

function mountsOf(layers: readonly string[], owner: ReadonlyMap<string, ImageName>): Push["mounts"] {
  return layers.flatMap((digest) => {
    const from = owner.get(digest);
    return from ? [{ digest, from }] : [];
  });
}
