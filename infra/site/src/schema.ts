// Longer than most files because it is a table: every key of the site file, and nothing else.
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

/** What a host does. One host may do all. */
export const hostRoles = ["manager", "edge", "turn", "media", "apps", "store"] as const;
export type HostRole = (typeof hostRoles)[number];

/**
 * What a key says of itself: meaning, its security consequence (`x-security` in the JSON Schema; "none" where it has none, which every key
 * with a value of its own has to say), and the value that `sites/example.yaml` shows where the default would not explain it.
 */
const says = (description: string, more: { readonly security?: string; readonly example?: unknown } = {}) => ({
  description,
  ...(more.security && { "x-security": more.security }),
  ...("example" in more && { examples: [more.example] }),
});

const range = z
  .strictObject({
    from: port.meta(
      says("First port. A range that is stated has both", { security: "Every port from here to `to` is open, whether it is used or not" }),
    ),
    to: port.meta(says("Last port, itself included", { security: "As for `from`" })),
  })
  .refine(({ from, to }) => from <= to, "a range whose `from` is not above its `to`");

const hostSchema = z.strictObject({
  address: ipv4.optional().meta(
    says(
      "Where the host is reached: by operators (SSH), by clients (media) and by the other hosts. A machine gets one of network.machines by its place among the hosts; stated, it stays when a host before it is taken out",
      {
        security:
          "The other hosts' firewalls let in whoever has it: to the swarm, the registry, the media servers' control port and coturn's proxy port. The last two and the overlays are not encrypted: the network between the hosts must be one that you trust",
        example: "203.0.113.10",
      },
    ),
  ),
  ssh: z
    .strictObject({
      user: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user")
        .default("root")
        .meta(
          says("Root, or a user with sudo without a password", {
            security:
              "Whoever holds a key that this user accepts is root on the host. Servers are reached by your own keys, machines by one of the site's",
          }),
        ),
      port: port
        .default(22)
        .meta(says("SSH's port on the host", { security: "Open to everybody; key authentication is all that guards it" })),
      hostKey: z
        .string()
        .regex(
          /^(ssh-ed25519|ecdsa-sha2-nistp\d+|ssh-rsa) [A-Za-z0-9+/]+={0,2}$/,
          "a public key like ssh-ed25519 AAAA…, without its comment",
        )
        .optional()
        .meta(
          says("The host's public key, as `cat /etc/ssh/ssh_host_ed25519_key.pub` shows it on the host", {
            security: "Pinned, never learnt: another key stops everything, since somebody may be in between",
            example: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE2pbpvQ0pFTm0Df3h6cq0FGVXUa4Xq0mOSXPY2bFVtW",
          }),
        ),
    })
    .prefault({})
    .meta(says("How operators reach the host")),
  machine: z
    .strictObject({
      baked: z
        .boolean()
        .default(true)
        .meta(
          says("Start from an image with Docker's packages inside. false: a blank Debian, as a rented server is", { security: "none" }),
        ),
      memoryBytes: z
        .int()
        .positive()
        .optional()
        .meta(
          says("Limit of the container's memory, bytes", {
            security: "Without it the machine may take all memory of this computer",
            example: 4_294_967_296,
          }),
        ),
    })
    .optional()
    .meta(
      says("The host is a container on this computer that behaves like a server: for replicas and CI", {
        security: "Not a security boundary: it has nearly every capability on this computer. Only for sites that you trust",
      }),
    ),
  roles: z
    .array(z.enum(hostRoles))
    .min(1)
    .default([...hostRoles])
    .meta(
      says(
        "What the host does. manager: the swarm and the site's registry; edge: Traefik; turn: coturn; media: media server and recordings; apps: signaling, Parse, pages; store: PostgreSQL, Redis",
        { security: "A manager holds every secret of the site. The store is reached over an internal network only" },
      ),
    ),
});

const cameraSchema = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .optional()
    .meta(says("As the wall shows it. Default: the camera's key", { security: "none", example: "Main gate" })),
  url: z
    .string()
    .regex(/^rtsps?:\/\/[^\s]+$/, "an rtsp:// address")
    .refine((url) => URL.canParse(url), "an rtsp:// address")
    .meta(
      says("The camera's RTSP address, without user and password", {
        security:
          "The file is no secret: credentials stand in username and passwordSecret. Over rtsp:// whoever is on the way sees the pictures; rtsps:// encrypts them, but nobody checks the camera's certificate",
        example: "rtsp://10.0.9.11/main",
      }),
    ),
  username: z
    .string()
    .min(1)
    .optional()
    .meta(
      says("User of the camera, where it asks for one (Basic or Digest)", {
        security: "No secret: it stands readable here and in signaling's configuration, and goes readable over rtsp://, with Digest, too",
        example: "viewer",
      }),
    ),
  passwordSecret: name.optional().meta(
    says("Name of a secret in the site's secrets file: `barecast secrets set NAME`", {
      security:
        "Basic authentication sends it readable over rtsp://; over rtsps:// Basic is refused, because a camera's certificate proves nothing. Signaling hands it to the media servers by their control port, which is not encrypted between hosts. Give it to a user of the camera who may only view",
      example: "gate",
    }),
  ),
  record: z
    .boolean()
    .default(true)
    .meta(says("Record this camera", { security: "Recordings show people: check what you may keep" })),
});

export const siteSchema = z.strictObject({
  site: name.meta(
    says("The site's name: part of every name that is made, and of the state's place", {
      security:
        "Secrets and the key that opens them lie under it: by another name it is another site, with new passwords and a new authority",
      example: "example",
    }),
  ),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain name")
    .meta(
      says("The one origin for people; `turn.<domain>` is the only other name", {
        security: "Cookies, certificates and the WebSocket's allowed origin are bound to it",
        example: "live.example.com",
      }),
    ),
  images: z
    .enum(["packages", "upstream"])
    .default("upstream")
    .meta(
      says("Where images come from: the official ones, or built here from Debian, npm and Go packages", {
        security: "Either way the hosts pull by digest, and from the site's own registry only",
      }),
    ),
  hosts: z
    .record(name, hostSchema)
    .refine((hosts) => Object.keys(hosts).length > 0, "at least one host")
    .meta(says("The servers, or machines, of the site, by name. Together they have every role", { example: { one: {} } })),
  cameras: z
    .record(name, cameraSchema)
    .default({})
    .meta(says("RTSP cameras that the site watches, by name", { example: { gate: {} } })),
  network: z
    .strictObject({
      overlays: cidr.default("10.231.0.0/16").meta(
        says("Pool of the swarm's overlay networks: must not meet your LAN; cannot be changed later", {
          security:
            "The site's services know each other by its addresses: Parse takes its master key from there only, and a client of a LAN that meets it would pass for one of them. Between hosts its traffic is not encrypted",
        }),
      ),
      gatewayBridge: cidr.default("10.232.0.0/24").meta(
        says("Network of docker_gwbridge on every host: must not meet your LAN; cannot be changed later", {
          security: "Containers reach the media servers' control port and coturn's proxy port from here, and nothing else of a host",
        }),
      ),
      machines: cidr.default("172.30.231.0/24").meta(
        says("Network of the machines on this computer; another for each site", {
          security:
            "This computer, and every container put into this network, reaches what the machines' firewalls open to everybody, SSH among it. Of their ports one is published, HTTPS, at 127.0.0.1",
        }),
      ),
    })
    .prefault({})
    .meta(says("Networks that the site makes")),
  ports: z
    .strictObject({
      http: port.default(80).meta(says("Redirects to HTTPS", { security: "Open to everybody. Nothing else is served there" })),
      https: port
        .default(443)
        .meta(says("Pages, WebSocket and TURN over TLS", { security: "Open to everybody: the only TCP port that people need" })),
      turn: port
        .default(3478)
        .meta(says("STUN and TURN, UDP", { security: "Open to everybody; TURN asks for credentials that live an hour, STUN answers all" })),
      media: range.prefault({ from: 40_000, to: 40_999 }).meta(
        says("UDP of the media servers", {
          security: "Open to everybody; closed, all clients go through TURN, which costs coturn's host their bandwidth",
        }),
      ),
      relay: range
        .prefault({ from: 41_000, to: 41_999 })
        .meta(
          says("UDP of coturn's relays", { security: "Open to everybody; a relay passes only packets of peers that its client permitted" }),
        ),
      registry: port.default(5000).meta(
        says("The site's registry, TLS", {
          security: "It asks for no password: the firewall lets only the site's hosts reach it, and the operator comes by SSH",
        }),
      ),
      mediaControl: port.default(8888).meta(
        says("The media servers' control port (Kurento's JSON-RPC)", {
          security:
            "It has no authentication: the firewall lets nobody reach it but the host's own containers that have a way out (signaling and Traefik), and the site's other hosts",
        }),
      ),
      turnProxy: port.default(5350).meta(
        says("coturn behind Traefik, PROXY protocol", {
          security:
            "Whoever reaches it can claim any client address: the firewall lets nobody reach it but the host's own containers that have a way out (signaling and Traefik), and the site's other hosts",
        }),
      ),
    })
    .prefault({})
    .meta(says("The port plan's changeable ports. The hosts' firewalls follow it, and deny all else")),
  accounts: z
    .strictObject({
      operator: account.default("operator").meta(
        says("User name of the first operator; its password is in the secrets file", {
          security:
            "Operators see every stream and every recording. Another name makes a second account; the first stays, with its password, until an admin deletes it",
        }),
      ),
      admin: account.default("admin").meta(
        says("User name of the first admin; its password is in the secrets file", {
          security:
            "Admins may change everything in Parse, and open its dashboard: `barecast open dashboard`. Another name makes a second account; the first stays, with its password, until an admin deletes it",
        }),
      ),
    })
    .prefault({})
    .meta(says("Accounts that every site begins with")),
  media: z
    .strictObject({
      server: z
        .enum(["pocket", "kurento"])
        .default("pocket")
        .meta(
          says(
            "pocket: our own media server, which speaks Kurento's protocol. kurento: the official Kurento image, for amd64 hosts and `images: upstream`",
            { security: "Either one takes commands from whoever reaches its control port: see ports.mediaControl" },
          ),
        ),
      maxBitrateBps: z
        .int()
        .min(100_000)
        .max(20_000_000)
        .default(2_500_000)
        .meta(
          says("Limit asked of each publisher, bits per second. A viewer gets the same: nothing is transcoded", {
            security:
              "Asked, not enforced: a publisher who sends more takes that bandwidth from its media host, and each of its viewers once again",
          }),
        ),
    })
    .prefault({})
    .meta(says("The media servers")),
  recordings: z
    .strictObject({
      phones: z
        .boolean()
        .default(true)
        .meta(says("Record every published stream", { security: "Recordings show people: check what you may keep" })),
    })
    .prefault({})
    .meta(says("What is recorded beside cameras")),
  console: z
    .strictObject({
      title: z
        .string()
        .min(1)
        .max(60)
        .default("barecast")
        .meta(says("Title of the control room's page", { security: "Everybody can read it, without signing in" })),
    })
    .prefault({})
    .meta(says("The control room's page")),
  logLevel: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .meta(says("Of barecast's own services and Traefik", { security: "debug writes the clients' addresses" })),
});
export type SiteFile = z.output<typeof siteSchema>;
