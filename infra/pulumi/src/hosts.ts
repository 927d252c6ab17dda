import * as pulumi from "@pulumi/pulumi";

/** What the Hosts resource is told. All plain: a preview works before any host exists. */
export interface HostsArgs {
  /** Compiled provider module; its functions are looked up by name, so nothing is captured in a closure. */
  readonly module: string;
  readonly project: string;
  readonly siteFile: string;
  readonly digestsFile: string;
  readonly publicPort: number;
  /** Digest of roles and variables per host: what differs is run again, on those hosts only. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Every host of the site, made so by one run of Ansible. `applied`: digest per host as it was last applied. */
export class Hosts extends pulumi.dynamic.Resource {
  declare readonly applied: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: HostsArgs, options?: pulumi.CustomResourceOptions) {
    super(
      {
        create: (inputs: HostsArgs) => require(inputs.module).create(inputs),
        diff: (_id: string, olds: HostsArgs, news: HostsArgs) => require(news.module).diff(olds, news),
        update: (_id: string, olds: HostsArgs, news: HostsArgs) => require(news.module).update(olds, news),
        delete: (_id: string, props: HostsArgs) => require(props.module).remove(props),
      },
      name,
      { applied: undefined, ...args },
      options,
    );
  }
}
