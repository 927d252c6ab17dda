/** A step of an image's build failed; the message carries the end of its log. */
export class ImageBuildError extends Error {
  readonly code = "image-build-failed";
  constructor(
    readonly image: string,
    readonly command: string,
    readonly log: string,
    detail: string,
  ) {
    super(`${image}: ${detail}\n  command: ${command}\n  whole output: ${log}`);
    this.name = "ImageBuildError";
  }
}

/** An image could not be copied or loaded. */
export class ImageCopyError extends Error {
  readonly code = "image-copy-failed";
  constructor(image: string, detail: string) {
    super(`${image}: ${detail}`);
    this.name = "ImageCopyError";
  }
}
