import path from "node:path";
import { hostDigests } from "@barecast/ansible";
import * as docker from "@pulumi/docker";
import { Hosts } from "./hosts";
import { Images } from "./images";
import { Platform } from "./platform";
import { readSettings } from "./settings";

/** The Pulumi program: Hosts, then Images, then Platform. `pulumi up` in this folder runs it, and so does the runner. */
export = async function program() {
  const { project, siteFile, digestsFile, publicPort, site, place, secrets, stack } = await readSettings();
  const provider = (name: string) => path.join(__dirname, "providers", `${name}.js`);
  const hosts = new Hosts("hosts", {
    module: provider("hosts"),
    project,
    siteFile,
    digestsFile,
    publicPort,
    digests: hostDigests(site, stack, { project, secrets }),
  });
  const images = new Images(
    "images",
    {
      module: provider("images"),
      project,
      siteFile,
      registry: stack.registry,
      digests: Object.fromEntries(stack.images.map(({ name, digest }) => [name, digest])),
      hosts: hosts.applied,
    },
    { dependsOn: [hosts] },
  );
  const manager = site.hosts.find(({ roles }) => roles.includes("manager"))!;
  const engine = new docker.Provider(
    "site",
    {
      host: `ssh://${manager.ssh.user}@${manager.address}:${manager.ssh.port}`,
      sshOpts: [
        "-i",
        place.sshKey,
        "-o",
        `UserKnownHostsFile=${place.knownHosts}`,
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "BatchMode=yes",
      ],
    },
    { dependsOn: [hosts] },
  );
  new Platform("platform", { stack, provider: engine, hosts, images });
  return { address: `https://${site.domain}`, applied: hosts.applied };
};
