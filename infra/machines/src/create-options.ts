import type { ContainerCreateOptions, HostConfig, NetworkCreateOptions } from "dockerode";

import type { MachineNetwork } from "./network";
import type { MachineSpec } from "./spec";

/** `@types/dockerode` lacks it; the API has it since 1.41. */
type MachineHostConfig = HostConfig & { CgroupnsMode: "private" };

/** The specification in Docker's words; `publicPort` is the one of `published.candidates` that was free. */
export function createOptions(spec: MachineSpec, publicPort?: number): ContainerCreateOptions & { HostConfig: MachineHostConfig } {
  const { name, hostname, image, labels, env, network, address, volumes, tmpfs, capAdd, capDrop, securityOpt, ...rest } = spec;
  const { deviceCgroupRules, cgroupns, published, memoryBytes, stopSignal, stopTimeoutSeconds, ...nothing } = rest;
  nothing satisfies Record<string, never>;
  const target = published && publicPort ? `${published.target}/tcp` : undefined;
  return {
    name,
    Hostname: hostname,
    Image: image,
    Labels: { ...labels },
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    StopSignal: stopSignal,
    StopTimeout: stopTimeoutSeconds,
    ...(target && { ExposedPorts: { [target]: {} } }),
    HostConfig: {
      NetworkMode: network.name,
      CapAdd: [...capAdd],
      CapDrop: [...capDrop],
      SecurityOpt: [...securityOpt],
      // What the command line calls systempaths=unconfined: /proc and /sys as a server has them.
      MaskedPaths: [],
      ReadonlyPaths: [],
      DeviceCgroupRules: [...deviceCgroupRules],
      CgroupnsMode: cgroupns,
      Tmpfs: { ...tmpfs },
      Mounts: volumes.map((volume) => ({
        Type: "volume",
        Source: volume.name,
        Target: volume.path,
        VolumeOptions: { NoCopy: false, Labels: { ...labels }, DriverConfig: { Name: "local", Options: {} } },
      })),
      ...(target && { PortBindings: { [target]: [{ HostIp: published!.address, HostPort: String(publicPort) }] } }),
      ...(memoryBytes && { Memory: memoryBytes, MemorySwap: memoryBytes }),
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: address } } } },
  };
}

/** The site's network on this computer, in Docker's words. */
export function networkOptions(network: MachineNetwork, labels: Readonly<Record<string, string>>): NetworkCreateOptions {
  return {
    Name: network.name,
    Driver: "bridge",
    CheckDuplicate: true,
    Labels: { ...labels },
    IPAM: { Driver: "default", Config: [{ Subnet: network.subnet, Gateway: network.gateway, IPRange: network.dynamicRange }] },
  };
}
