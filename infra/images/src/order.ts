import { imageTable, type ImageName } from "@barecast/stack/images";
import type { ImageSource } from "./types";

/** What decides an image's needs besides the table. */
export interface OrderContext {
  readonly source: ImageSource;
  /** Whether the image's compiled program is in the cache, so that its builder is not needed. */
  readonly isCompiled: (name: ImageName) => boolean;
}

/** What an image waits for: the images its recipe names and its builder; nothing when it is copied from upstream. */
export function needsOf(name: ImageName, { source, isCompiled }: OrderContext): ImageName[] {
  const { needs, builder, upstream } = imageTable[name];
  if (source === "upstream" && upstream) return [];
  return builder && !isCompiled(name) ? [...needs, builder] : [...needs];
}

/** `names` and everything they need, each after its needs. */
export function buildOrder(names: readonly ImageName[], context: OrderContext): ImageName[] {
  const order: ImageName[] = [];
  const visit = (name: ImageName) => {
    if (order.includes(name)) return;
    needsOf(name, context).forEach(visit);
    order.push(name);
  };
  slowFirst(names).forEach(visit);
  return order;
}

const slow: readonly ImageName[] = ["traefik", "postgres", "browser", "media", "parse"];

/** Those that take longest first, so that no processor idles at the end. */
export function slowFirst(names: readonly ImageName[]): ImageName[] {
  const rank = (name: ImageName) => (slow.includes(name) ? slow.indexOf(name) : slow.length);
  return [...names].sort((a, b) => rank(a) - rank(b));
}
