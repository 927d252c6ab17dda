import type { ImageName } from "@barecast/stack/images";

/** Where images come from: built here from Debian, npm and Go packages, or copied from their official registries. */
export type ImageSource = "packages" | "upstream";

/** An image whose digest is known, before anything is planned. */
export interface BuiltImage {
  readonly name: ImageName;
  /** `sha256:…` of its manifest, the same in the layout and in the site's registry. */
  readonly digest: string;
  /** `sha256:…` of its configuration: what a Docker engine calls the image's id after it loaded it. */
  readonly id: string;
  /** Folder of its OCI layout; blobs are shared, `skopeo` needs `--src-shared-blob-dir` (`copyToRegistry` knows). */
  readonly layout: string;
  /** Name in the local engine, `barecast/<name>:<key>`; there only after `loadIntoDocker`. */
  readonly ref: string;
  /** Hash of everything it is made from. */
  readonly key: string;
}

/** What `onProgress` is told: one `start` and one `end` for each image that is really built, none for those that are there. */
export interface BuildProgress {
  readonly image: ImageName;
  readonly phase: "start" | "end";
  /** Milliseconds; only at the end. */
  readonly tookMs?: number;
}

export interface BuildOptions {
  readonly source: ImageSource;
  readonly names: readonly ImageName[];
  /** The project's root folder. */
  readonly project: string;
  /** The `.cache` folder. */
  readonly cache: string;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Told when another build, of whatever checkout, or a removal is waited for: who that is. */
  readonly onWait?: (holder: string) => void;
  /** Ends running programs and waiting. */
  readonly signal?: AbortSignal;
}

/** How a registry is reached. */
export interface RegistryOptions {
  /** Folder with the CA that signed its certificate, `ca.crt`, in Docker's layout of certs.d. */
  readonly certDir: string;
}
