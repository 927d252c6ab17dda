import { z } from "zod";

/**
 * The site file's schema: the one list of keys, with types, defaults and the prose that operators read. `docs/site.md` and the editors'
 * JSON Schema come from it. Unknown keys are errors.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "a name of lower-case letters, digits and dashes that starts with a letter");
const account = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, "a user name of letters, digits, dots, dashes and underscores");
const ipv4 = z.ipv4("an IPv4 address");
const cidr = z.cidrv4("an IPv4 network like 10.231.0.0/16");
const port = z.int().min(1).max(65_535);
const range = z.strictObject({ from: port, to: port }).refine(({ from, to }) => from <= to, "a range whose `from` is not above its `to`");

/** What a host does. One host may do all. */
export const hostRoles = ["manager", "edge", "turn", "media", "apps", "store"] as const;
export type HostRole = (typeof hostRoles)[number];

const hostSchema = z.strictObject({
  address: ipv4.optional().describe("Where the host is reached, by operators, clients and the other hosts. A machine gets its own"),
  ssh: z
    .strictObject({
      user: z.string().min(1).default("root").describe("Root, or a user with sudo without a password"),
      port: port.default(22),
      hostKey: z
        .string()
        .min(1)
        .optional()
        .describe("The host's public key, `ssh-ed25519 AAAA…`: pinned, never learnt. Another key stops everything"),
    })
    .prefault({}),
  machine: z
    .strictObject({
      baked: z
        .boolean()
        .default(true)
        .describe("Start from an image with Docker's packages inside. false: a blank Debian, as a rented server is"),
      memoryBytes: z.int().positive().optional().describe("Limit of the container's memory, bytes"),
    })
    .optional()
    .describe("The host is a container on this computer that behaves like a server (replica, CI)"),
  roles: z
    .array(z.enum(hostRoles))
    .min(1)
    .default([...hostRoles]),
});

const cameraSchema = z.strictObject({
  title: z.string().min(1).max(120).optional().describe("As the wall shows it. Default: the camera's key"),
  url: z
    .string()
    .regex(/^rtsps?:\/\/[^\s]+$/, "an rtsp:// address")
    .describe("The camera's RTSP address, without user and password"),
  username: z.string().min(1).optional().describe("User of the camera, where it asks for one (Basic or Digest)"),
  passwordSecret: name.optional().describe("Name of a secret in the site's secrets file (`barecast secrets set NAME`)"),
  record: z.boolean().default(true),
});

export const siteSchema = z.strictObject({
  site: name.describe("The site's name: part of every name that is made, and of the state's place"),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain name")
    .describe("The one origin for people; `turn.<domain>` is the only other name"),
  images: z
    .enum(["packages", "upstream"])
    .default("upstream")
    .describe("Where images come from: official ones, or built from Debian, npm and Go packages"),
  hosts: z.record(name, hostSchema).refine((hosts) => Object.keys(hosts).length > 0, "at least one host"),
  cameras: z.record(name, cameraSchema).default({}),
  network: z
    .strictObject({
      overlays: cidr
        .default("10.231.0.0/16")
        .describe("Pool of the swarm's overlay networks: must not meet your LAN; cannot be changed later"),
      gatewayBridge: cidr.default("10.232.0.0/24").describe("Network of docker_gwbridge on every host"),
      machines: cidr.default("172.30.231.0/24").describe("Network of the machines on this computer"),
    })
    .prefault({}),
  ports: z
    .strictObject({
      http: port.default(80).describe("Redirects and ACME"),
      https: port.default(443).describe("Pages, WebSocket and TURN over TLS"),
      turn: port.default(3478).describe("STUN and TURN, UDP"),
      media: range.prefault({ from: 40_000, to: 40_999 }).describe("UDP of the media servers"),
      relay: range.prefault({ from: 41_000, to: 41_999 }).describe("UDP of coturn's relays"),
      registry: port.default(5000).describe("The site's registry, TLS, for the site's hosts and the operator"),
      mediaControl: port.default(8888).describe("Kurento's control port. It has no authentication: only signaling may reach it"),
      turnProxy: port.default(5350).describe("coturn behind Traefik, PROXY protocol; closed to everybody else"),
    })
    .prefault({}),
  accounts: z
    .strictObject({
      operator: account.default("operator").describe("User name of the first operator; its password is in the secrets file"),
      admin: account
        .default("admin")
        .describe("User name of the first admin, who may do all and open the dashboard (`barecast open dashboard`); password as above"),
    })
    .prefault({}),
  media: z
    .strictObject({
      server: z
        .enum(["pocket", "kurento"])
        .default("pocket")
        .describe("pocket: barecast's own; kurento: the official image (needs images: upstream, amd64)"),
      maxBitrateBps: z.int().min(100_000).max(20_000_000).default(2_500_000).describe("Limit asked of each publisher, bits per second"),
    })
    .prefault({}),
  recordings: z.strictObject({ phones: z.boolean().default(true).describe("Record every published stream") }).prefault({}),
  console: z
    .strictObject({ title: z.string().min(1).max(60).default("barecast").describe("Title of the control room's page") })
    .prefault({}),
  logLevel: z.enum(["error", "warn", "info", "debug"]).default("info").describe("Of barecast's own services. debug tells client addresses"),
});
export type SiteFile = z.output<typeof siteSchema>;
