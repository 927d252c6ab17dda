import { imageTable, type ImageName } from "@barecast/stack/images";

/** Label that marks every image we made, with the image's name; `removeImages` goes by it. */
export const imageLabel = "barecast.image";
/** Label of a container in which something is compiled, with the image's name. */
export const buildLabel = "barecast.build";

/** The labels of one image: ours, and those of the OCI image specification (annotations.md). */
export function labelsOf(name: ImageName): Record<string, string> {
  const { version, title, licenses, source } = imageTable[name];
  return {
    [imageLabel]: name,
    "org.opencontainers.image.title": title,
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.source": source,
    "org.opencontainers.image.licenses": licenses,
  };
}
