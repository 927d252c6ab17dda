import type * as pulumi from "@pulumi/pulumi";
import { ModuleResource } from "./moduleResource";

export interface ImagesArgs {
  readonly module: string;
  readonly project: string;
  readonly siteFile: string;
  /** `<address>:<port>` of the site's registry. */
  readonly registry: string;
  /** Digest of each image that the registry must hold. */
  readonly digests: Readonly<Record<string, string>>;
  /** `Hosts.applied`: a host that was made anew has an empty registry. */
  readonly hosts: pulumi.Input<Record<string, string>>;
}

/** The images of the site in its registry, copied by digest. */
export class Images extends ModuleResource {
  constructor(name: string, args: ImagesArgs, options?: pulumi.CustomResourceOptions) {
    super(name, { ...args }, options);
  }
}
