import type { Chance } from "./chance";

/** Values of the right type that are wrong all the same, for each key that has such. */
export const badValues: Readonly<Record<string, (random: Chance) => unknown>> = {
  site: badName,
  domain: ({ of }) => of(["nowhere", "Live.example.com", "live..example.com", "https://live.example.com", "live.example.com:443", ".", ""]),
  images: strange,
  "hosts.one.address": ({ of, below }) =>
    of([`203.0.113.${256 + below(700)}`, "203.0.113", "203.0.113.10/24", "2001:db8::10", "one.example.com", "203.0.113.010", ""]),
  "hosts.one.ssh.user": ({ of }) => of(["Root", "root;", "-root", "o".repeat(33), ""]),
  "hosts.one.ssh.port": badPort,
  "hosts.one.ssh.hostKey": ({ of }) =>
    of(["SHA256:2pbpvQ0pFTm0Df3h6cq0FGVXUa4Xq0mOSXPY2bFVtW", "ssh-dss AAAAB3Nz", "ssh-ed25519", "ssh-ed25519 AAAAC3Nz root@one", ""]),
  "hosts.one.machine.memoryBytes": ({ of, below }) => of([0, -below(1e9) - 1, below(1e9) + 0.5, 2 ** 60]),
  "hosts.one.roles": () => [],
  "cameras.gate.title": ({ of }) => of(["", "  ", "t".repeat(121)]),
  "cameras.gate.url": ({ of, below }) =>
    of([
      "http://10.0.9.11/main",
      "10.0.9.11/main",
      "rtsp://",
      "rtsp://10.0.9.11/a b",
      `rtsp://10.0.9.11:${65_536 + below(9999)}/main`,
      "rtsp://[::1/main",
      "",
    ]),
  "cameras.gate.username": () => "",
  "cameras.gate.passwordSecret": badName,
  "network.overlays": badNetwork,
  "network.gatewayBridge": badNetwork,
  "network.machines": badNetwork,
  "ports.http": badPort,
  "ports.https": badPort,
  "ports.turn": badPort,
  "ports.media": reversed,
  "ports.media.from": badPort,
  "ports.media.to": badPort,
  "ports.relay": reversed,
  "ports.relay.from": badPort,
  "ports.relay.to": badPort,
  "ports.registry": badPort,
  "ports.mediaControl": badPort,
  "ports.turnProxy": badPort,
  "accounts.operator": badAccount,
  "accounts.admin": badAccount,
  "media.server": strange,
  "media.maxBitrateBps": ({ of, below }) => of([below(100_000), -1, 20_000_001 + below(1e9), 1e6 + 0.5]),
  "console.title": ({ of }) => of(["", "t".repeat(61)]),
  logLevel: strange,
};

function badName({ of }: Chance) {
  return of(["One", "1", "o_ne", "o.ne", "-one", "o ne", "o".repeat(32), "ö", ""]);
}
function badPort({ of, below }: Chance) {
  return of([0, -below(65_536) - 1, 65_536 + below(1e6), below(65_000) + 0.5, 1e300]);
}
function badNetwork({ of, below }: Chance) {
  return of([`10.231.0.0/${33 + below(99)}`, "10.231.0.0", "10.231.0/16", "10.300.0.0/16", "fd00::/8", "lan", ""]);
}
function badAccount({ of }: Chance) {
  return of(["", "-pat", "Pat Lee", "pat@example.com", "p".repeat(61)]);
}
function reversed({ below }: Chance) {
  const to = 1 + below(60_000);
  return { from: to + 1 + below(5000), to };
}
function strange({ of }: Chance) {
  return of(["", "other", "constructor", "INFO"]);
}
