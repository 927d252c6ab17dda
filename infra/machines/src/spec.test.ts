import { parseSite } from "@barecast/site";

import { createOptions, networkOptions } from "./create-options";
import { machineNetwork } from "./network";
import { machineSpec, type MachineSource } from "./spec";

const source: MachineSource = {
  image: "barecast/machine-baked:1f",
  publicKey: "ssh-ed25519 AAAA operator\n",
  resolvers: ["192.0.2.53", "192.0.2.54"],
};
const siteOf = (hosts: string, more = "") =>
  parseSite(`site: replica\ndomain: replica.localhost\nimages: packages\n${more}hosts:\n${hosts}`, "sites/replica.yaml");

test("the replica's machine, whole, in Docker's words", () => {
  const site = siteOf("  one: { machine: { memoryBytes: 4294967296 } }\n");
  const labels = { "barecast.site": "replica", "barecast.host": "one" };
  const volume = (name: string, target: string) => ({
    Type: "volume",
    Source: name,
    Target: target,
    VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: "local", Options: {} } },
  });
  expect(createOptions(machineSpec(site, site.hosts[0]!, source), 8443)).toEqual({
    name: "barecast-replica-one",
    Hostname: "one",
    Image: "barecast/machine-baked:1f",
    Labels: labels,
    Env: ["BARECAST_RESOLVERS=192.0.2.53 192.0.2.54", "BARECAST_AUTHORIZED_KEY=ssh-ed25519 AAAA operator"],
    StopSignal: "SIGRTMIN+3",
    StopTimeout: 20,
    ExposedPorts: { "443/tcp": {} },
    HostConfig: {
      NetworkMode: "barecast-replica",
      CapAdd: ["ALL"],
      CapDrop: ["SYS_RESOURCE"],
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      MaskedPaths: [],
      ReadonlyPaths: [],
      DeviceCgroupRules: ["a *:* rwm"],
      CgroupnsMode: "private",
      Tmpfs: { "/run": "exec,mode=755", "/run/lock": "mode=1777", "/tmp": "exec,mode=1777" },
      Mounts: [volume("barecast-replica-one-docker", "/var/lib/docker"), volume("barecast-replica-one-barecast", "/var/lib/barecast")],
      PortBindings: { "443/tcp": [{ HostIp: "127.0.0.1", HostPort: "8443" }] },
      Memory: 4_294_967_296,
      MemorySwap: 4_294_967_296,
    },
    NetworkingConfig: { EndpointsConfig: { "barecast-replica": { IPAMConfig: { IPv4Address: "172.30.231.10" } } } },
  });
});

test("only the first machine that is an edge is published, at its HTTPS port or from 8443 on", () => {
  const site = siteOf(
    "  one: { machine: {}, roles: [manager, store, turn] }\n  two: { machine: {}, roles: [edge, apps] }\n  three: { machine: {}, roles: [media] }\n",
    "ports: { https: 4433 }\n",
  );
  const published = site.hosts.map((host) => machineSpec(site, host, source).published);
  expect(published).toEqual([
    undefined,
    { address: "127.0.0.1", candidates: [4433, ...Array.from({ length: 50 }, (_, index) => 8443 + index)], target: 4433 },
    undefined,
  ]);
});

test("labels of a test session stand beside the site's own, and cannot replace them", () => {
  const site = siteOf("  one: { machine: {} }\n");
  const spec = machineSpec(site, site.hosts[0]!, { ...source, labels: { "org.testcontainers.session-id": "7", "barecast.site": "other" } });
  expect(spec.labels).toEqual({ "org.testcontainers.session-id": "7", "barecast.site": "replica", "barecast.host": "one" });
});

test("the site's network leaves the lower half to machines", () => {
  expect(networkOptions(machineNetwork("replica", "172.30.231.0/24"), { "barecast.site": "replica" })).toEqual({
    Name: "barecast-replica",
    Driver: "bridge",
    CheckDuplicate: true,
    Labels: { "barecast.site": "replica" },
    IPAM: { Driver: "default", Config: [{ Subnet: "172.30.231.0/24", Gateway: "172.30.231.1", IPRange: "172.30.231.128/25" }] },
  });
});
