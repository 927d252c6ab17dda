import { health, memory, onRole, partOf, scratch, type Part, type StackInput } from "../part";

/** STUN binding request (RFC 8489) by bash's own UDP socket; a binding success response starts with 01 01. */
const stunHealth = (address: string, port: number) =>
  health([
    "/bin/bash",
    "-c",
    `exec 3<>/dev/udp/${address}/${port} && printf '\\x00\\x01\\x00\\x00\\x21\\x12\\xa4\\x42barecasthealth' | head -c 20 >&3 && [[ $(timeout 2 head -c 2 <&3 | od -An -tx1) == ' 01 01' ]]`,
  ]);

/** Relays UDP only, and only to the media servers. TLS ends in Traefik, which speaks PROXY protocol to `tcp-proxy-port`. */
const config = ({ site, secrets }: StackInput, address: string) => `listening-ip=${address}
listening-port=${site.ports.turn}
relay-ip=${address}
tcp-proxy-port=${site.ports.turnProxy}
min-port=${site.ports.relay.from}
max-port=${site.ports.relay.to}
realm=${site.domain}
use-auth-secret
static-auth-secret=${secrets.turnSecret}
fingerprint
stale-nonce=600
no-tcp-relay
no-multicast-peers
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
${site.hosts
  .filter((host) => host.roles.includes("media"))
  .map((host) => `allowed-peer-ip=${host.address}\n`)
  .join("")}user-quota=16
total-quota=500
userdb=/tmp/turndb
pidfile=/tmp/turnserver.pid
log-file=stdout
simple-log
`;

export const coturn = (input: StackInput): Part => {
  const { site } = input;
  const host = site.hosts.find(({ roles }) => roles.includes("turn"))!;
  const file = "/run/secrets/turnserver.conf";
  return partOf(input, {
    key: "coturn",
    image: "coturn",
    args: [file],
    networks: "host",
    tmpfs: [scratch()],
    secretFiles: [{ key: "coturn-config", path: file, content: config(input, host.address) }],
    healthcheck: stunHealth(host.address, site.ports.turn),
    constraints: [onRole("turn")],
    update: "stop-first",
    memoryBytes: memory(256),
  });
};
