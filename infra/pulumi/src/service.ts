import { watched, type FileMount, type ServiceSpec } from "@barecast/stack";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** The Docker objects that a service names, by their key in the Stack. */
export interface Objects {
  readonly networks: Readonly<Record<string, docker.Network>>;
  readonly secrets: Readonly<Record<string, docker.Secret>>;
  readonly configs: Readonly<Record<string, docker.ServiceConfig>>;
  readonly images: Readonly<Record<string, string>>;
}

const durationOf = (ms: number) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);
const labelsOf = (labels: Readonly<Record<string, string>>) => Object.entries(labels).map(([label, value]) => ({ label, value }));
const fileOf = ({ path, uid, gid, mode }: Omit<FileMount, "key">) => ({
  fileName: path,
  fileUid: uid,
  fileGid: gid,
  fileMode: parseInt(mode, 8),
});

/**
 * Docker's resolver passes a name on that it doesn't know, and where the host's resolver can't be asked from an internal network it answers nothing: who
 * asks for a service that has no healthy task waits for five seconds, and does so while that task comes. Told of the dots, it says no at once
 * (moby, libnetwork/resolver.go).
 */
const ownNames = { nameservers: [], options: ["ndots:1"] };

/**
 * A service of the Stack as the Docker provider takes it. Every field that the provider would default is stated, so that no difference
 * appears later.
 */
export function serviceArgs(spec: ServiceSpec, objects: Objects): docker.ServiceArgs {
  const {
    name,
    key: _key,
    labels,
    replicas,
    maxPerHost,
    networks,
    ports,
    update,
    constraints,
    memoryBytes,
    cpus,
    after: _after,
    ...container
  } = spec;
  if (replicas === "global") throw new Error(`${name}: A global service takes no convergeConfig; state a number of replicas`);
  return {
    name,
    labels: labelsOf(labels),
    mode: { replicated: { replicas } },
    taskSpec: {
      containerSpec: { ...containerOf(container, labels, objects), ...(networks === "host" ? {} : { dnsConfig: ownNames }) },
      networksAdvanceds:
        networks === "host"
          ? [{ id: "host" }]
          : networks.map((network) => ({ id: objects.networks[network.name]!.id, aliases: [...network.aliases] })),
      resources: { limits: { memoryBytes, nanoCpus: cpus * 1_000_000_000 } },
      restartPolicy: { condition: "any", delay: "1s", maxAttempts: 0, window: "0s" },
      placement: { constraints: [...constraints], maxReplicas: maxPerHost },
      logDriver: { name: "json-file", options: { "max-size": "10m", "max-file": "3" } },
      forceUpdate: 0,
      runtime: "container",
    },
    updateConfig: { parallelism: 1, delay: "0s", failureAction: "rollback", monitor: "5s", maxFailureRatio: "0.0", order: update },
    rollbackConfig: { parallelism: 1, delay: "0s", failureAction: "pause", monitor: "5s", maxFailureRatio: "0.0", order: "stop-first" },
    endpointSpec: {
      mode: "dnsrr",
      ...(ports.length > 0
        ? {
            ports: ports.map(({ name: port, target, published, protocol }) => ({
              name: port,
              targetPort: target,
              publishedPort: published,
              publishMode: "host",
              protocol,
            })),
          }
        : {}),
    },
    convergeConfig: { delay: "1s", timeout: "180s" },
  };
}

type Container = Omit<
  ServiceSpec,
  "name" | "key" | "labels" | "replicas" | "maxPerHost" | "networks" | "ports" | "update" | "constraints" | "memoryBytes" | "cpus" | "after"
>;

function containerOf(container: Container, labels: ServiceSpec["labels"], objects: Objects) {
  const {
    image,
    command,
    args,
    user,
    hostname,
    env,
    binds,
    tmpfs,
    secrets,
    configs,
    healthcheck,
    capAdds,
    sysctls,
    stopGraceSeconds,
    ...rest
  } = container;
  rest satisfies Record<string, never>;
  const { test, intervalMs, timeoutMs, retries, startPeriodMs } = watched(healthcheck);
  return {
    image: objects.images[image]!,
    commands: [...command],
    args: [...args],
    user,
    ...(hostname === undefined ? {} : { hostname }),
    env: { ...env },
    init: true,
    readOnly: true,
    isolation: "default",
    capDrops: ["ALL"],
    capAdds: [...capAdds],
    sysctl: { ...sysctls },
    labels: ["barecast.site", "barecast.service"].map((label) => ({ label, value: labels[label]! })),
    stopGracePeriod: durationOf(stopGraceSeconds * 1000),
    mounts: [
      ...binds.map(({ source, path, isReadOnly }) => ({ type: "bind", source, target: path, readOnly: isReadOnly })),
      ...tmpfs.map(({ path, sizeBytes, mode }) => ({
        type: "tmpfs",
        target: path,
        readOnly: false,
        tmpfsOptions: { sizeBytes, mode: parseInt(mode, 8) },
      })),
    ],
    secrets: secrets.map(({ key, ...file }) => ({
      secretId: objects.secrets[key]!.id,
      secretName: objects.secrets[key]!.name,
      ...fileOf(file),
    })),
    configs: configs.map(({ key, ...file }) => ({
      configId: objects.configs[key]!.id,
      configName: objects.configs[key]!.name,
      ...fileOf(file),
    })),
    healthcheck: {
      tests: [...test],
      interval: durationOf(intervalMs),
      timeout: durationOf(timeoutMs),
      retries,
      startPeriod: durationOf(startPeriodMs),
    },
  } satisfies pulumi.Unwrap<docker.types.input.ServiceTaskSpecContainerSpec> | docker.types.input.ServiceTaskSpecContainerSpec;
}
