import { randomUUID } from "node:crypto";
import { GenericContainer, Wait, type StartedTestContainer } from "testcontainers";
import { droppedBy, firewallRules, type Access } from "./firewall";
import { testImages } from "./images";
import { docker, sessionLabels } from "./session";

/**
 * The site's network as clients come to it. `addresses` are those of its hosts.
 */
export interface SiteNetwork {
  readonly name: string;
  readonly subnet: string;
  readonly addresses: readonly string[];
}

/**
 * A network of one client (or several), with a router between it and the site, as at home: the router has a leg in both networks and masks the
 * client's address. Docker keeps its bridge networks apart from each other; this needs no change of its rules, nor of the site's machine.
 */
export interface ClientNetwork {
  readonly name: string;
  readonly access: Access;
  /** Lets a container of this network reach the site, and nothing but what `access` says. From outside: the container needs no rights. */
  admit(containerId: string): Promise<void>;
  /** Packets of a container to elsewhere that its rules have dropped so far. */
  dropped(containerId: string): Promise<number>;
  remove(): Promise<void>;
}

/** A container that forwards packets and masks their source. */
class Router extends GenericContainer {
  constructor(image: string, siteSubnet: string) {
    super(image);
    this.hostConfig.Sysctls = { "net.ipv4.ip_forward": "1" };
    const mask = `iptables -t nat -A POSTROUTING -d ${siteSubnet} -j MASQUERADE`;
    this.withUser("0")
      .withAddedCapabilities("NET_ADMIN")
      .withEntrypoint(["/bin/sh", "-c", `${mask} && echo Routing && exec sleep infinity`]);
    this.withWaitStrategy(Wait.forLogMessage("Routing"));
  }
}

export async function clientNetwork(site: SiteNetwork, access: Access = "open"): Promise<ClientNetwork> {
  const labels = await sessionLabels();
  const name = `barecast-client-${randomUUID().slice(0, 8)}`;
  const network = await docker.createNetwork({ Name: name, Driver: "bridge", Labels: labels });
  const router = await startRouter(name, site).catch(async (error: unknown) => {
    await network.remove();
    throw error;
  });
  const via = router.getIpAddress(name);
  return {
    name,
    access,
    async admit(containerId) {
      const rules = firewallRules(access, site.addresses);
      const commands = [`ip route add ${site.subnet} via ${via}`, ...(rules === "" ? [] : [`iptables-restore <<'END'\n${rules}END\n`])];
      await inNetworkOf(containerId, commands.join("\n"));
    },
    dropped: async (containerId) => droppedBy(await inNetworkOf(containerId, "iptables -nvxL OUTPUT")),
    async remove() {
      await router.stop();
      await network.remove();
    },
  };
}

async function startRouter(clients: string, site: SiteNetwork): Promise<StartedTestContainer> {
  const { browser } = await testImages();
  const router = await new Router(browser, site.subnet).withNetworkMode(clients).start();
  try {
    await docker.getNetwork(site.name).connect({ Container: router.getId() });
    return router;
  } catch (error) {
    await router.stop();
    throw error;
  }
}

/** Runs shell commands as root in the network namespace of a container, whoever that container is. @returns what they print */
async function inNetworkOf(containerId: string, commands: string): Promise<string> {
  const { browser } = await testImages();
  const helper: StartedTestContainer = await new GenericContainer(browser)
    .withNetworkMode(`container:${containerId}`)
    .withUser("0")
    .withAddedCapabilities("NET_ADMIN")
    .withEntrypoint(["/bin/sleep", "60"])
    .withWaitStrategy(Wait.forSuccessfulCommand("true"))
    .start();
  try {
    const { exitCode, output } = await helper.exec(["/bin/sh", "-e", "-c", commands]);
    if (exitCode !== 0) throw new Error(`In the network of ${containerId.slice(0, 12)}: exit ${exitCode}: ${output.trim()}`);
    return output;
  } finally {
    await helper.stop({ timeout: 0 });
  }
}
