import type { FileSpec, Stack } from "@barecast/stack";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { serviceArgs, type Objects } from "./service";

export interface PlatformArgs {
  readonly stack: Stack;
  readonly provider: docker.Provider;
  /** Everything here needs hosts. */
  readonly hosts: pulumi.Resource;
  /** Services need images, too. */
  readonly images: pulumi.Resource;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Everything that runs as a Swarm service, with its networks, secrets and configs. Translates the Stack and decides nothing. */
export class Platform extends pulumi.ComponentResource {
  constructor(name: string, { stack, provider, hosts, images }: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("barecast:index:Platform", name, {}, options);
    const child = { parent: this, provider, dependsOn: [hosts] };
    const owned = [{ label: "barecast.site", value: stack.site }];
    const files = <T>(specs: readonly FileSpec[], make: (spec: FileSpec) => T) =>
      Object.fromEntries(specs.map((spec) => [spec.key, make(spec)]));
    const objects: Objects = {
      images: Object.fromEntries(stack.images.map(({ name: image, ref }) => [image, ref])),
      networks: Object.fromEntries(
        stack.networks.map(({ name: network, isInternal, subnet, gateway }) => [
          network,
          new docker.Network(
            network,
            {
              name: network,
              driver: "overlay",
              attachable: false,
              internal: isInternal,
              ipamConfigs: [{ subnet, gateway }],
              labels: owned,
            },
            child,
          ),
        ]),
      ),
      secrets: files(
        stack.secrets,
        (spec) =>
          new docker.Secret(
            spec.key,
            { name: spec.name, data: pulumi.secret(base64(spec.content)), labels: owned },
            { ...child, deleteBeforeReplace: false },
          ),
      ),
      configs: files(
        stack.configs,
        (spec) =>
          new docker.ServiceConfig(
            spec.key,
            { name: spec.name, data: base64(spec.content), labels: owned },
            { ...child, deleteBeforeReplace: false },
          ),
      ),
    };
    const made: Record<string, docker.Service> = {};
    for (const spec of inOrder(stack.services)) {
      made[spec.key] = new docker.Service(spec.key, serviceArgs(spec, objects), {
        ...child,
        deleteBeforeReplace: false,
        dependsOn: [hosts, images, ...spec.after.map((key) => made[key]!)],
        // The host's network is named by word, before any host exists; the provider answers with its id.
        ...(spec.networks === "host" ? { ignoreChanges: ["taskSpec.networksAdvanceds"] } : {}),
      });
    }
    this.registerOutputs({});
  }
}

/** Services so that each comes behind those that it waits for. */
export function inOrder<T extends { readonly key: string; readonly after: readonly string[] }>(specs: readonly T[]): T[] {
  const done = new Set<string>();
  const ordered: T[] = [];
  while (ordered.length < specs.length) {
    const ready = specs.filter((spec) => !done.has(spec.key) && spec.after.every((key) => done.has(key)));
    if (ready.length === 0)
      throw new Error(
        `Services wait for each other or for one that isn't there: ${specs.filter((spec) => !done.has(spec.key)).map((spec) => spec.key)}`,
      );
    ready.forEach((spec) => done.add(spec.key));
    ordered.push(...ready);
  }
  return ordered;
}
