import { parseSite } from "./load";
import { SiteProblems } from "./problems";

const minimal = "site: replica\ndomain: replica.localhost\nimages: packages\nhosts:\n  one:\n    machine: {}\n";
const refusal = (text: string) => {
  try {
    parseSite(text, "sites/x.yaml");
  } catch (error) {
    if (error instanceof SiteProblems) return error.message.split("\n");
    throw error;
  }
  throw new Error("Expected a refusal, found a site");
};

test("a site with nothing set has every default", () => {
  expect(parseSite(minimal, "sites/x.yaml")).toEqual({
    name: "replica",
    file: "sites/x.yaml",
    domain: "replica.localhost",
    images: "packages",
    hosts: [
      {
        name: "one",
        address: "172.30.231.10",
        ssh: { user: "root", port: 22 },
        machine: { baked: true },
        roles: ["manager", "edge", "turn", "media", "apps", "store"],
      },
    ],
    cameras: [],
    network: { overlays: "10.231.0.0/16", gatewayBridge: "10.232.0.0/24", machines: "172.30.231.0/24" },
    ports: {
      http: 80,
      https: 443,
      turn: 3478,
      media: { from: 40000, to: 40999 },
      relay: { from: 41000, to: 41999 },
      registry: 5000,
      mediaControl: 8888,
      turnProxy: 5350,
    },
    accounts: { operator: "operator", admin: "admin" },
    media: { server: "pocket", maxBitrateBps: 2500000 },
    recordings: { phones: true },
    console: { title: "barecast" },
    logLevel: "info",
  });
});

test("a site is frozen to its leaves", () => {
  const site = parseSite(minimal, "x");
  expect(() => Object.assign(site.ports.media, { from: 1 })).toThrow(TypeError);
});

test("ten mistakes are ten problems, told at once, in the operator's words", () => {
  expect(
    refusal(
      "name: Replica\nsite: 5\ndomain: nowhere\nimages: docker\nhosts: {One: {machine: {}}}\nports: {https: 99999}\ncameras: {gate: {url: 'http://10.0.9.11'}}\nlogLevel: loud\nmedia: {maxBitrateBps: fast}\nconsole: {title: ''}\n",
    ),
  ).toEqual([
    "sites/x.yaml: 10 problems",
    "  site: Expected a string, found 5. For example: example",
    '  domain: Expected a domain name, found "nowhere". For example: live.example.com',
    '  images: Expected one of packages, upstream, found "docker". Leave it out for its default, upstream',
    '  hosts.One: Expected a name of lower-case letters, digits and dashes that starts with a letter, found "One". Rename it',
    '  cameras.gate.url: Expected an rtsp:// address, found "http://10.0.9.11". For example: rtsp://10.0.9.11/main',
    "  ports.https: Expected at most 65535, found 99999. Leave it out for its default, 443",
    '  media.maxBitrateBps: Expected a number, found "fast". Leave it out for its default, 2500000',
    '  console.title: Expected at least 1 character, found "". Leave it out for its default, barecast',
    '  logLevel: Expected one of error, warn, info, debug, found "loud". Leave it out for its default, info',
    '  name: Expected a key of the site file, found "name". It is called site now',
  ]);
});

test.each([
  [
    "a port twice",
    `${minimal}ports: {registry: 443}\n`,
    "  ports.registry: Expected ports of its own, found an overlap with ports.https (443–443). Move one of them",
  ],
  [
    "a port of the swarm",
    `${minimal}ports: {turn: 4789}\n`,
    "  ports.turn: Expected a port that the hosts don't need, found 4789. 22 is SSH; 2377, 4789 and 7946 are the swarm's",
  ],
  [
    "a port that SSH of a host has",
    minimal.replace("machine: {}", "machine: {}\n    ssh: {port: 5000}"),
    "  hosts.one.ssh.port: Expected a port of its own, found 5000, which is ports.registry's. Move one of them",
  ],
  [
    "a machine's address outside of its network",
    minimal.replace("machine: {}", "machine: {}\n    address: 172.30.231.1"),
    '  hosts.one.address: Expected a machine\'s address in network.machines (172.30.231.0/24), from its second to its last but one, found "172.30.231.1". Take it away: a machine gets one by its place among the hosts',
  ],
  [
    "an address of two hosts",
    minimal.replace("machine: {}", "machine: {}\n    address: 172.30.231.11\n  two:\n    machine: {}\n    roles: [media]"),
    "  hosts.two.address: Expected an address of its own, found 172.30.231.11, which is hosts.one's. Choose another",
  ],
  [
    "networks that meet",
    `${minimal}network: {machines: 10.231.5.0/24}\n`,
    '  network.machines: Expected a network apart from network.overlays (10.231.0.0/16), found "10.231.5.0/24". Choose another',
  ],
  [
    "a network of another size",
    `${minimal}network: {overlays: 10.231.0.0/24}\n`,
    '  network.overlays: Expected the first address of a network of size /16, found "10.231.0.0/24". Write it like 10.231.0.0/16',
  ],
  [
    "a network that doesn't begin at its first address",
    `${minimal}network: {machines: 172.30.231.7/24}\n`,
    '  network.machines: Expected the first address of a network of size /24, found "172.30.231.7/24". Write it like 172.30.231.0/24',
  ],
  [
    "a fingerprint instead of a key",
    minimal.replace("machine: {}", "{address: 192.0.2.7, ssh: {hostKey: 'SHA256:abc'}}"),
    '  hosts.one.ssh.hostKey: Expected a public key like ssh-ed25519 AAAA…, without its comment, found "SHA256:abc". For example: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2pbpvQ0pFTm0Df3h6cq0FGVXUa4Xq0mOSXPY2bFVtW',
  ],
  [
    "a camera at a port that no address has",
    `${minimal}cameras: {gate: {url: "rtsp://10.0.0.9:99999/1"}}\n`,
    '  cameras.gate.url: Expected an rtsp:// address, found "rtsp://10.0.0.9:99999/1". For example: rtsp://10.0.9.11/main',
  ],
  [
    "a server without its key",
    minimal.replace("machine: {}", "address: 192.0.2.7"),
    "  hosts.one.ssh.hostKey: Expected the host's public key, found nothing. Read it on the host: cat /etc/ssh/ssh_host_ed25519_key.pub",
  ],
  [
    "no host for a role",
    minimal.replace("machine: {}", "{machine: {}, roles: [manager, edge, turn, apps, store]}"),
    "  hosts: Expected a host with the role media, found none. Add media to the roles of a host",
  ],
  [
    "a role on two hosts that only one may have",
    minimal.replace("machine: {}", "machine: {}\n  two:\n    machine: {}\n    roles: [media, turn]"),
    "  hosts: Expected one host with the role turn, found one, two. Take it from the others",
  ],
  [
    "a server without an address",
    minimal.replace("machine: {}", "ssh: {hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2pbpvQ0pFTm0Df3h6cq0FGVXUa4Xq0mOSXPY2bFVtW}"),
    "  hosts.one.address: Expected the host's IPv4 address, found nothing. Set it, or `machine: {}` for a container on this computer",
  ],
  [
    "a camera's password without its user",
    `${minimal}cameras: {gate: {url: "rtsp://10.0.0.9/1", passwordSecret: gate}}\n`,
    "  cameras.gate.username: Expected a user beside passwordSecret, found nothing. Set it",
  ],
  [
    "a port that the swarm has and SSH of a host asks for",
    minimal.replace("machine: {}", "machine: {}\n    ssh: {port: 2377}"),
    "  hosts.one.ssh.port: Expected a port of its own, found 2377, which is the swarm's. Move one of them",
  ],
  [
    "a key that stands twice",
    minimal.replace("machine: {}", "machine: {}\n    roles: [media]\n    machine: {baked: false}"),
    '  line 8, column 5 (hosts.one.machine): Expected a key that stands once, found "machine" a second time. Keep one of them',
  ],
  [
    "a second site in the same file",
    `${minimal}---\nsite: other\n`,
    "  line 7, column 1: Expected one document, found a second one. Give each site a file of its own",
  ],
  [
    "a name that no object of JavaScript shows",
    `${minimal}cameras: {__proto__: {url: "rtsp://10.0.0.9/1"}}\n`,
    '  cameras.__proto__: Expected a name, found "__proto__". Rename it',
  ],
  [
    "a key that every object of JavaScript has",
    `${minimal}constructor: 1\n`,
    '  constructor: Expected a key of the site file, found "constructor". Remove it, or look for its name in sites/example.yaml',
  ],
  [
    "an alias of nothing",
    minimal.replace("machine: {}", "{machine: {}, roles: *all}"),
    "  line 6, column 26 (hosts.one.roles): Expected YAML whose aliases are few and known, found *all, which names nothing before it. Write the values out",
  ],
  [
    "a text of too many aliases",
    `${minimal}a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b]\n`,
    "  line 8, column 8 (b): Expected YAML whose aliases are few and known, found Excessive alias count indicates a resource exhaustion attack. Write the values out",
  ],
  [
    "a password in an address",
    `${minimal}cameras: {gate: {url: "rtsp://me:pw@10.0.0.9/1"}}\n`,
    "  cameras.gate.url: Expected an address without user and password, found credentials. Use username and passwordSecret: a site file is not secret",
  ],
  [
    "the official Kurento where images are built from packages",
    `${minimal}media: {server: kurento}\n`,
    '  media.server: Expected pocket, with images: packages, found "kurento". Kurento is had as an image only: set images: upstream, or leave media.server out',
  ],
  [
    "a very long value, which is cut,",
    minimal.replace("packages", "p".repeat(200)),
    `  images: Expected one of packages, upstream, found "${"p".repeat(75)}…". Leave it out for its default, upstream`,
  ],
  [
    "a host whose services' names would be too long",
    minimal.replace("one:", `${"h".repeat(31)}:`).replace(/site: \S+/, `site: ${"s".repeat(21)}`),
    `  hosts.${"h".repeat(31)}: Expected a name that has, with the site's, 51 characters at most, found 52. Shorten one of them: services are called after both`,
  ],
  [
    "an account that is there twice",
    `${minimal}accounts: {operator: pat, admin: pat}\n`,
    '  accounts.admin: Expected a user name of its own, found "pat", which is accounts.operator. Choose another',
  ],
  [
    "an account that every site has",
    `${minimal}accounts: {operator: reporter}\n`,
    '  accounts.operator: Expected a user name of its own, found "reporter", which is the site\'s own. Choose another',
  ],
  [
    "a user name that Parse does not take",
    `${minimal}accounts: {admin: "Ada Lovelace"}\n`,
    '  accounts.admin: Expected a user name of letters, digits, dots, dashes and underscores, found "Ada Lovelace". Leave it out for its default, admin',
  ],
])("%s is refused", (_name, text, line) => {
  expect(refusal(text)).toEqual(["sites/x.yaml: 1 problem", line]);
});

test("text that is not YAML names its place", () => {
  expect(refusal("site: [\n")[1]).toMatch(/^ {2}line 2, column 1 \(site\): Expected YAML, found /);
});
