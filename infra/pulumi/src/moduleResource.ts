import * as pulumi from "@pulumi/pulumi";

/**
 * What the SDK's process of dynamic resources makes a provider of: it asks the module that the inputs name. As fixed text: of functions the SDK makes
 * such a text with the TypeScript compiler, in every run.
 */
const provider = `exports.handler = () => ({
  create: (inputs) => require(inputs.module).create(inputs),
  diff: (_id, olds, news) => require(news.module).diff(olds, news),
  update: (_id, olds, news) => require(news.module).update(olds, news),
  delete: (_id, props) => require(props.module).remove(props),
});
`;

/** A `pulumi.dynamic.Resource` whose work is done by a compiled module of `providers/`: its `create`, `diff`, `update` and `remove`. */
export class ModuleResource extends pulumi.CustomResource {
  /** @param args `module`: the module's path; outputs that have no input are named with `undefined` */
  constructor(name: string, args: pulumi.Inputs & { readonly module: string }, options?: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic:Resource", name, { ...args, __provider: provider }, options);
  }
}
