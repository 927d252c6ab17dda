import { UserError } from "@barecast/site";

/** A step of an image's build failed; the message carries the end of its log. */
export class ImageBuildError extends UserError {
  constructor(
    readonly image: string,
    readonly command: string,
    readonly log: string,
    detail: string,
  ) {
    super("image-build-failed", `${image}: ${detail}\n  command: ${command}\n  whole output: ${log}`, 3);
    this.name = "ImageBuildError";
  }
}

/** An image could not be copied or loaded. */
export class ImageCopyError extends UserError {
  constructor(image: string, detail: string) {
    super("image-copy-failed", `${image}: ${detail}`, 3);
    this.name = "ImageCopyError";
  }
}
