import type { Values } from "../engine/values";
import { labelsOf } from "./labels";
import type { ContainerSpec, FileTarget, Mount } from "./serviceInputs";
import { compact, duration, nothingLeft, unlessEmpty } from "./specFields";

/** The container of a service's tasks, as Docker takes it (Engine API, TaskSpec.ContainerSpec). */
export function containerSpecOf(spec: ContainerSpec): Values {
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
