import type * as pulumi from "@pulumi/pulumi";
import { ModuleResource } from "./moduleResource";

/** What the Hosts resource is told. All plain: a preview works before any host exists. */
export interface HostsArgs {
  /** Path of the compiled provider module. */
  readonly module: string;
  readonly project: string;
  readonly siteFile: string;
  readonly digestsFile: string;
  readonly publicPort: number;
  /** Digest of roles and variables per host: what differs is run again, on those hosts only. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Every host of the site, made so by one run of Ansible. `applied`: digest per host as it was last applied. */
export class Hosts extends ModuleResource {
  declare readonly applied: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: HostsArgs, options?: pulumi.CustomResourceOptions) {
    super(name, { applied: undefined, ...args }, options);
  }
}
