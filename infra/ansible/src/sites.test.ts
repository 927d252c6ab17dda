// Every valid site has an inventory, whole: sites by chance, as the Stack is held to them.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "@barecast/site";
import { hostsOf } from "@barecast/stack";
import { acceptedSite, siteFiles, unrendered } from "@barecast/stack/testing";
import fc from "fast-check";
import { parse } from "yaml";

import { folderOf } from "./folders";
import { inventoryOf } from "./inventory";

interface Inventory {
  readonly all: {
    readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly children: Readonly<Record<"managers" | "registry", { readonly hosts: Readonly<Record<string, object>> }>>;
  };
}

/** Variables that a role can't do without; certificates come by a file of their own. */
function requiredBy(role: string): string[] {
  const file = path.join(folderOf("roles"), role, "meta/argument_specs.yml");
  const specification = parse(readFileSync(file, "utf8")) as {
    argument_specs: { main: { options: Record<string, { required?: boolean }> } };
  };
  const { options } = specification.argument_specs.main;
  const secret = ["docker_registry_ca", "registry_certificate", "registry_certificate_key"];
  return Object.keys(options).filter((name) => options[name]!.required && !secret.includes(name));
}
const required = readdirSync(folderOf("roles")).flatMap(requiredBy);

/** How a host is reached, and who the others are. */
const connectionOf = ({ name, address, ssh, machine }: Host, hosts: readonly Host[]) => ({
  ansible_host: address,
  ansible_port: ssh.port,
  ansible_user: ssh.user,
  ansible_become: ssh.user === "root" ? undefined : true,
  ansible_ssh_private_key_file: machine ? "/state/id" : undefined,
  barecast_digest: `of ${name}`,
  swarm_address: address,
  firewall_hosts: hosts.filter((other) => other.name !== name).map((other) => other.address),
});

test("the inventory of every valid site has every host, how it is reached, and all that its roles require", () => {
  let [valid, servers] = [0, 0];
  fc.assert(
    fc.property(siteFiles, (file) => {
      const site = acceptedSite(file);
      if (!site) return;
      const digests = Object.fromEntries(site.hosts.map(({ name }) => [name, `of ${name}`]));
      const input = { registryImage: { id: "sha256:abc", archive: "/state/registry.tar" }, sshKey: "/state/id", digests };
      const text = inventoryOf(site, hostsOf(site), input);
      const { hosts, children } = (JSON.parse(text) as Inventory).all;
      valid += 1;
      servers += site.hosts.filter(({ machine }) => !machine).length;
      expect(unrendered(text)).toEqual([]);
      expect(Object.keys(hosts)).toEqual(site.hosts.map(({ name }) => name));
      const managers = site.hosts.filter(({ roles }) => roles.includes("manager")).map(({ name }) => name);
      expect([children.managers, children.registry].map((group) => Object.keys(group.hosts))).toEqual([managers, [managers[0]]]);
      for (const host of site.hosts) {
        const variables = hosts[host.name]!;
        const wanted = connectionOf(host, site.hosts);
        expect(Object.fromEntries(Object.keys(wanted).map((key) => [key, variables[key]]))).toEqual(wanted);
        const isWithout = (name: string) => !(name in variables) && (host.name === managers[0] || !name.startsWith("registry_"));
        expect(required.filter(isWithout)).toEqual([]);
      }
    }),
    { numRuns: 1000, seed: 20261122 },
  );
  expect(Math.min(valid, servers)).toBeGreaterThan(200);
});
