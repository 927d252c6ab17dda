import * as pulumi from "@pulumi/pulumi";

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
export class Images extends pulumi.dynamic.Resource {
  constructor(name: string, args: ImagesArgs, options?: pulumi.CustomResourceOptions) {
    super(
      {
        create: (inputs: ImagesArgs) => require(inputs.module).create(inputs),
        diff: (_id: string, olds: ImagesArgs, news: ImagesArgs) => require(news.module).diff(olds, news),
        update: (_id: string, olds: ImagesArgs, news: ImagesArgs) => require(news.module).update(olds, news),
        delete: (_id: string, props: ImagesArgs) => require(props.module).remove(props),
      },
      name,
      { ...args },
      options,
    );
  }
}
