import type { Values } from "../engine/values";
import { nanoseconds } from "./duration";
import { labelsOf } from "./labels";
import type { ContainerSpec, FileTarget, Limits, Mount, Port, ServiceInputs, TaskSpec, UpdateConfig } from "./serviceInputs";

/** Nothing may be left of an object whose fields were all taken: a new field of the inputs is an error of the compiler here. */
const nothingLeft = (_rest: Record<string, never>): void => {};
const compact = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
const unlessEmpty = <T>(list: T[] | undefined): T[] | undefined => (list && list.length > 0 ? list : undefined);
const duration = (text: string | undefined): number | undefined => (text === undefined ? undefined : nanoseconds(text));

/** The spec that Docker takes for a service (Engine API, ServiceCreate). */
export function serviceSpec(inputs: ServiceInputs): Values {
  const { name, labels, mode, taskSpec, updateConfig, rollbackConfig, endpointSpec, convergeConfig: _runnersOwn, ...rest } = inputs;
  nothingLeft(rest);
  return compact({
    Name: name,
    Labels: labelsOf(labels),
    TaskTemplate: taskTemplate(taskSpec),
    Mode: mode?.global ? { Global: {} } : { Replicated: { Replicas: mode?.replicated?.replicas ?? 1 } },
    UpdateConfig: updateConfig && update(updateConfig),
    RollbackConfig: rollbackConfig && update(rollbackConfig),
    EndpointSpec: endpointSpec && compact({ Mode: endpointSpec.mode, Ports: unlessEmpty(endpointSpec.ports?.map(port)) }),
  });
}

function taskTemplate(spec: TaskSpec): Values {
  const { containerSpec, networksAdvanceds, resources, restartPolicy, placement, logDriver, forceUpdate, runtime, ...rest } = spec;
  nothingLeft(rest);
  return compact({
    ContainerSpec: container(containerSpec),
    Resources: compact({ Limits: limits(resources?.limits), Reservations: limits(resources?.reservation) }),
    RestartPolicy: restartPolicy && restart(restartPolicy),
    Placement: placed(placement ?? {}),
    Networks: unlessEmpty(
      networksAdvanceds?.map(({ id, name, aliases }) => compact({ Target: id ?? name, Aliases: unlessEmpty(aliases) })),
    ),
    LogDriver: logDriver && compact({ Name: logDriver.name, Options: logDriver.options }),
    ForceUpdate: forceUpdate ?? 0,
    Runtime: runtime ?? "container",
  });
}

function container(spec: ContainerSpec): Values {
  const { image, commands, args, env, labels, hostname, dir, user, groups, init, readOnly, isolation, ...others } = spec;
  const { stopSignal, stopGracePeriod, sysctl, capAdds, capDrops, hosts, dnsConfig, healthcheck, mounts, secrets, configs, ...rest } =
    others;
  nothingLeft(rest);
  return compact({
    Image: image,
    Labels: labels && labels.length > 0 ? labelsOf(labels) : undefined,
    Command: unlessEmpty(commands),
    Args: unlessEmpty(args),
    Hostname: hostname || undefined,
    // Sorted: Docker compares the list in its order, and another order would restart the tasks.
    Env: unlessEmpty(
      Object.entries(env ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .sort(),
    ),
    Dir: dir || undefined,
    User: user || undefined,
    Groups: unlessEmpty(groups),
    Init: init,
    ReadOnly: readOnly || undefined,
    StopSignal: stopSignal || undefined,
    StopGracePeriod: duration(stopGracePeriod),
    Isolation: isolation ?? "default",
    Sysctls: sysctl,
    CapabilityAdd: unlessEmpty(capAdds),
    CapabilityDrop: unlessEmpty(capDrops),
    Hosts: unlessEmpty(hosts?.map(({ host, ip }) => `${ip} ${host}`)),
    DNSConfig: compact({
      Nameservers: unlessEmpty(dnsConfig?.nameservers),
      Search: unlessEmpty(dnsConfig?.searches),
      Options: unlessEmpty(dnsConfig?.options),
    }),
    Healthcheck: health(healthcheck ?? {}),
    Mounts: unlessEmpty(mounts?.map(mounted)),
    Secrets: unlessEmpty(
      secrets?.map(({ secretId, secretName, ...file }) => ({ File: target(file), SecretID: secretId, SecretName: secretName })),
    ),
    Configs: unlessEmpty(
      configs?.map(({ configId, configName, ...file }) => ({ File: target(file), ConfigID: configId, ConfigName: configName })),
    ),
  });
}

function health({ tests, interval, timeout, startPeriod, retries, ...rest }: NonNullable<ContainerSpec["healthcheck"]>): Values {
  nothingLeft(rest);
  return compact({
    Test: unlessEmpty(tests),
    Interval: duration(interval) || undefined,
    Timeout: duration(timeout) || undefined,
    StartPeriod: duration(startPeriod) || undefined,
    Retries: retries || undefined,
  });
}

function mounted({ type, target: path, source, readOnly, bindOptions, tmpfsOptions, volumeOptions, ...rest }: Mount): Values {
  nothingLeft(rest);
  const { noCopy, labels, driverName, driverOptions } = volumeOptions ?? {};
  return compact({
    Type: type,
    Source: source || undefined,
    Target: path,
    ReadOnly: readOnly || undefined,
    BindOptions: bindOptions && compact({ Propagation: bindOptions.propagation }),
    TmpfsOptions: tmpfsOptions && compact({ SizeBytes: tmpfsOptions.sizeBytes, Mode: tmpfsOptions.mode }),
    VolumeOptions:
      volumeOptions &&
      compact({
        NoCopy: noCopy || undefined,
        Labels: labels && labelsOf(labels),
        DriverConfig: driverName || driverOptions ? compact({ Name: driverName, Options: driverOptions }) : undefined,
      }),
  });
}

const target = ({ fileName, fileUid, fileGid, fileMode, ...rest }: FileTarget): Values => {
  nothingLeft(rest);
  return { Name: fileName, UID: fileUid ?? "0", GID: fileGid ?? "0", Mode: fileMode ?? 0o444 };
};

const limits = (given: Limits | undefined): Values | undefined =>
  given && compact({ NanoCPUs: given.nanoCpus || undefined, MemoryBytes: given.memoryBytes || undefined });

function restart({ condition, delay, maxAttempts, window, ...rest }: NonNullable<TaskSpec["restartPolicy"]>): Values {
  nothingLeft(rest);
  return compact({ Condition: condition, Delay: duration(delay), MaxAttempts: maxAttempts, Window: duration(window) });
}

function placed({ constraints, prefs, maxReplicas, platforms, ...rest }: NonNullable<TaskSpec["placement"]>): Values {
  nothingLeft(rest);
  return compact({
    Constraints: unlessEmpty(constraints),
    Preferences: unlessEmpty(prefs?.map((pref) => ({ Spread: { SpreadDescriptor: pref.replace(/^spread=/, "") } }))),
    MaxReplicas: maxReplicas || undefined,
    Platforms: unlessEmpty(platforms?.map(({ os, architecture }) => ({ OS: os, Architecture: architecture }))),
  });
}

// The defaults are the real provider's, for a block that leaves fields out.
function update({ parallelism, delay, failureAction, monitor, maxFailureRatio, order, ...rest }: UpdateConfig): Values {
  nothingLeft(rest);
  return compact({
    Parallelism: parallelism ?? 1,
    Delay: duration(delay) || undefined,
    FailureAction: failureAction ?? "pause",
    Monitor: duration(monitor ?? "5s"),
    MaxFailureRatio: Number(maxFailureRatio ?? "0.0"),
    Order: order ?? "stop-first",
  });
}

function port({ name, protocol, targetPort, publishedPort, publishMode, ...rest }: Port): Values {
  nothingLeft(rest);
  return compact({
    Name: name,
    Protocol: protocol ?? "tcp",
    TargetPort: targetPort,
    PublishedPort: publishedPort,
    PublishMode: publishMode ?? "ingress",
  });
}
