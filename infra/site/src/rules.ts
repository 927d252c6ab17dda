// One table of rules, each a row of it: apart they would only be harder to find.
import { addressesOf } from "./addresses";
import { shown, type Problem } from "./problems";
import type { HostRole, SiteFile } from "./schema";

/** Cross-field rules: each looks at the whole file, after the schema has passed it, and tells what is wrong. */
type Rule = (site: SiteFile) => readonly (Problem | false | undefined)[];

const everyRoleSomewhere: Rule = ({ hosts }) =>
  (["manager", "edge", "turn", "media", "apps", "store"] as const satisfies readonly HostRole[]).map(
    (role) =>
      !Object.values(hosts).some((host) => host.roles.includes(role)) && {
        path: "hosts",
        wanted: `a host with the role ${role}`,
        found: "none",
        fix: `Add ${role} to the roles of a host`,
      },
  );

const addressOrMachine: Rule = ({ hosts, network }) =>
  Object.entries(hosts).flatMap(([name, { address, machine, ssh }]) => [
    !machine &&
      !address && {
        path: `hosts.${name}.address`,
        wanted: "the host's IPv4 address",
        found: "nothing",
        fix: "Set it, or `machine: {}` for a container on this computer",
      },
    machine &&
      address !== undefined &&
      !isMachineAddress(address, network.machines) && {
        path: `hosts.${name}.address`,
        wanted: `a machine's address in network.machines (${network.machines}), from its second to its last but one`,
        found: shown(address),
        fix: "Take it away: a machine gets one by its place among the hosts",
      },
    !machine &&
      !ssh.hostKey && {
        path: `hosts.${name}.ssh.hostKey`,
        wanted: "the host's public key",
        found: "nothing",
        fix: "Read it on the host: cat /etc/ssh/ssh_host_ed25519_key.pub",
      },
  ]);

const oneOfEach: Rule = ({ hosts }) =>
  (["edge", "turn", "store"] as const).map((role) => {
    const names = Object.keys(hosts).filter((name) => hosts[name]!.roles.includes(role));
    return (
      names.length > 1 && {
        path: "hosts",
        wanted: `one host with the role ${role}`,
        found: names.join(", "),
        fix: "Take it from the others",
      }
    );
  });

const noPortTwice: Rule = ({ ports }) => {
  const ranges = Object.entries(ports).map(([key, value]) => ({
    key,
    ...(typeof value === "number" ? { from: value, to: value } : value),
  }));
  return ranges.flatMap((a, index) =>
    ranges.slice(index + 1).map(
      (b) =>
        a.from <= b.to &&
        b.from <= a.to && {
          path: `ports.${b.key}`,
          wanted: `ports of its own`,
          found: `an overlap with ports.${a.key} (${a.from}–${a.to})`,
          fix: "Move one of them",
        },
    ),
  );
};

/** Ports that every host needs for itself. */
const taken = [22, 2377, 4789, 7946] as const;
const noPortOfTheHosts: Rule = ({ ports }) =>
  Object.entries(ports).flatMap(([key, value]) => {
    const { from, to } = typeof value === "number" ? { from: value, to: value } : value;
    return taken.map(
      (port) =>
        from <= port &&
        port <= to && {
          path: `ports.${key}`,
          wanted: "a port that the hosts don't need",
          found: String(port),
          fix: "22 is SSH; 2377, 4789 and 7946 are the swarm's",
        },
    );
  });

const sshApart: Rule = ({ hosts, ports }) =>
  Object.entries(hosts).flatMap(([name, { ssh }]) => {
    const others = [
      ...Object.entries(ports).map(([key, value]) => ({
        key: `ports.${key}`,
        ...(typeof value === "number" ? { from: value, to: value } : value),
      })),
      ...taken.filter((port) => port !== 22).map((port) => ({ key: "the swarm", from: port, to: port })),
    ];
    return others.map(
      ({ key, from, to }) =>
        from <= ssh.port &&
        ssh.port <= to && {
          path: `hosts.${name}.ssh.port`,
          wanted: "a port of its own",
          found: `${ssh.port}, which is ${key}'s`,
          fix: "Move one of them",
        },
    );
  });

const numberOf = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const spanOf = (network: string) => {
  const [address, bits] = network.split("/") as [string, string];
  const size = 2 ** (32 - Number(bits));
  const from = Math.floor(numberOf(address) / size) * size;
  return { from, to: from + size - 1 };
};
/** Whether two IPv4 networks share an address. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [spanOf(a), spanOf(b)];
  return one.from <= other.to && other.from <= one.to;
}

/** The first is the bridge's, the last is for broadcasts. */
const isMachineAddress = (address: string, network: string): boolean => {
  const { from, to } = spanOf(network);
  return numberOf(address) > from + 1 && numberOf(address) < to;
};

const addressesApart: Rule = (site) => {
  const addresses = addressesOf(site);
  const names = Object.keys(addresses);
  return names.map((name, index) => {
    const other = names.slice(0, index).find((earlier) => addresses[earlier] !== undefined && addresses[earlier] === addresses[name]);
    return (
      other !== undefined && {
        path: `hosts.${name}.address`,
        wanted: "an address of its own",
        found: `${addresses[name]}, which is hosts.${other}'s`,
        fix: "Choose another",
      }
    );
  });
};

const networksApart: Rule = ({ network }) => {
  const spans = Object.entries(network).map(([key, value]) => ({ key, value, ...spanOf(value) }));
  return spans.flatMap((a, index) =>
    spans.slice(index + 1).map(
      (b) =>
        a.from <= b.to &&
        b.from <= a.to && {
          path: `network.${b.key}`,
          wanted: `a network apart from network.${a.key} (${a.value})`,
          found: shown(b.value),
          fix: "Choose another",
        },
    ),
  );
};

/** Addresses are counted from the network's first one: it must be one, and of the size that counting needs. */
const sizes = { overlays: 16, gatewayBridge: 24, machines: 24 } as const;
const networksOfTheirSize: Rule = ({ network }) =>
  Object.entries(sizes).map(([key, bits]) => {
    const value = network[key as keyof typeof sizes];
    const [address, prefix] = value.split("/") as [string, string];
    return (
      (Number(prefix) !== bits || numberOf(address) !== spanOf(value).from) && {
        path: `network.${key}`,
        wanted: `the first address of a network of size /${bits}`,
        found: shown(value),
        fix: `Write it like ${address
          .split(".")
          .slice(0, bits / 8)
          .concat(["0", "0"])
          .slice(0, 4)
          .join(".")}/${bits}`,
      }
    );
  });

const passwordNeedsUser: Rule = ({ cameras }) =>
  Object.entries(cameras).map(
    ([name, camera]) =>
      camera.passwordSecret !== undefined &&
      camera.username === undefined && {
        path: `cameras.${name}.username`,
        wanted: "a user beside passwordSecret",
        found: "nothing",
        fix: "Set it",
      },
  );
const noUserInUrl: Rule = ({ cameras }) =>
  Object.entries(cameras).map(
    ([name, { url }]) =>
      /^rtsps?:\/\/[^/]*@/.test(url) && {
        path: `cameras.${name}.url`,
        wanted: "an address without user and password",
        found: "credentials",
        fix: "Use username and passwordSecret: a site file is not secret",
      },
  );

/** Swarm services are named `<site>-recordings-<host>`, and Docker takes 63 characters. */
const mostOfBothNames = 51;
const serviceNamesFit: Rule = ({ site, hosts }) =>
  Object.entries(hosts).map(
    ([name, { roles }]) =>
      roles.includes("media") &&
      site.length + name.length > mostOfBothNames && {
        path: `hosts.${name}`,
        wanted: `a name that has, with the site's, ${mostOfBothNames} characters at most`,
        found: `${site.length + name.length}`,
        fix: "Shorten one of them: services are called after both",
      },
  );

const kurentoComesFromUpstream: Rule = ({ media, images }) => [
  media.server === "kurento" &&
    images === "packages" && {
      path: "media.server",
      wanted: "pocket, with images: packages",
      found: shown(media.server),
      fix: "Kurento is had as an image only: set images: upstream, or leave media.server out",
    },
];

/** Accounts that every site has beside those of its file. */
const ownAccounts = ["reporter", "verifier"];
const accountsApart: Rule = ({ accounts }) =>
  Object.entries(accounts).map(([key, name], index, all) => {
    const other = [...ownAccounts.map((own) => ["the site's own", own]), ...all.slice(0, index)].find(([, taken]) => taken === name);
    return (
      other !== undefined && {
        path: `accounts.${key}`,
        wanted: "a user name of its own",
        found: `${shown(name)}, which is ${other[0]!.includes(" ") ? other[0]! : `accounts.${other[0]!}`}`,
        fix: "Choose another",
      }
    );
  });

export const rules: readonly Rule[] = [
  everyRoleSomewhere,
  addressOrMachine,
  addressesApart,
  oneOfEach,
  noPortTwice,
  noPortOfTheHosts,
  sshApart,
  networksApart,
  networksOfTheirSize,
  passwordNeedsUser,
  noUserInUrl,
  serviceNamesFit,
  kurentoComesFromUpstream,
  accountsApart,
];
