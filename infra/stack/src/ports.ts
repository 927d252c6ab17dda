import type { Site } from "@barecast/site";
import type { FirewallRule } from "./stack";

/** One row of the port plan: who listens where, and who may reach it. Firewall, TURN configuration, docs and healthchecks read it here. */
export interface PortRow extends FirewallRule {
  readonly service: string;
  /** Hosts that listen: those with the role, or all. */
  readonly role: "manager" | "edge" | "turn" | "media" | "all";
  /** How it reaches the service: the host's own network (INPUT), or published by Docker (DOCKER-USER). */
  readonly by: "host" | "published";
}

/** The whole plan of a site. */
export function portPlan({ ports, hosts }: Site): PortRow[] {
  const one = (port: number) => ({ from: port, to: port });
  // Who asks may run on another host of the site: then it comes from that host's address.
  const inSite: readonly PortRow["source"][] = hosts.length > 1 ? ["gatewayBridge", "hosts"] : ["gatewayBridge"];
  const sshPorts = [...new Set(hosts.map((host) => host.ssh.port))];
  return [
    ...sshPorts.map((port): PortRow => ({
      service: "ssh",
      role: "all",
      by: "host",
      protocol: "tcp",
      ...one(port),
      source: "anywhere",
      purpose: "SSH for operators",
    })),
    {
      service: "traefik",
      role: "edge",
      by: "published",
      protocol: "tcp",
      ...one(ports.http),
      source: "anywhere",
      purpose: "redirect to HTTPS",
    },
    {
      service: "traefik",
      role: "edge",
      by: "published",
      protocol: "tcp",
      ...one(ports.https),
      source: "anywhere",
      purpose: "HTTPS, WebSocket, TURN over TLS",
    },
    { service: "coturn", role: "turn", by: "host", protocol: "udp", ...one(ports.turn), source: "anywhere", purpose: "STUN and TURN" },
    { service: "coturn", role: "turn", by: "host", protocol: "udp", ...ports.relay, source: "anywhere", purpose: "TURN relays" },
    ...inSite.map((source): PortRow => ({
      service: "coturn",
      role: "turn",
      by: "host",
      protocol: "tcp",
      ...one(ports.turnProxy),
      source,
      purpose: "TURN over TLS from Traefik, PROXY protocol",
    })),
    { service: "media", role: "media", by: "host", protocol: "udp", ...ports.media, source: "anywhere", purpose: "WebRTC and RTP media" },
    ...inSite.map((source): PortRow => ({
      service: "media",
      role: "media",
      by: "host",
      protocol: "tcp",
      ...one(ports.mediaControl),
      source,
      purpose: "Kurento control, for signaling",
    })),
    {
      service: "registry",
      role: "manager",
      by: "published",
      protocol: "tcp",
      ...one(ports.registry),
      source: "hosts",
      purpose: "the site's registry, TLS; the operator comes by SSH",
    },
    { service: "swarm", role: "manager", by: "host", protocol: "tcp", ...one(2377), source: "hosts", purpose: "swarm management" },
    { service: "swarm", role: "all", by: "host", protocol: "tcp", ...one(7946), source: "hosts", purpose: "swarm gossip" },
    { service: "swarm", role: "all", by: "host", protocol: "udp", ...one(7946), source: "hosts", purpose: "swarm gossip" },
    { service: "swarm", role: "all", by: "host", protocol: "udp", ...one(4789), source: "hosts", purpose: "overlay networks (VXLAN)" },
  ];
}

/** Whether two rows open one service's port, to one source each. */
export const isSamePort = (a: PortRow, b: PortRow): boolean => a.service === b.service && a.from === b.from && a.to === b.to;

/** Pairs of rows that would need the same port, were their roles on one host (one port with two sources is none). Empty for every valid site: the site's rules see to it. */
export function overlaps(plan: readonly PortRow[]): (readonly [PortRow, PortRow])[] {
  const share = (a: PortRow, b: PortRow) => a.protocol === b.protocol && a.from <= b.to && b.from <= a.to && !isSamePort(a, b);
  return plan.flatMap((a, index) => plan.slice(index + 1).flatMap((b) => (share(a, b) ? [[a, b] as const] : [])));
}
