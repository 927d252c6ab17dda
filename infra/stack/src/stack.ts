import type { ImageName } from "./images";

/**
 * What must run, and where: data only. Everything that makes it true (Pulumi, Ansible, the registry) translates this and decides nothing.
 * Names are final: what is read here is what Docker shows.
 */
export interface Stack {
  /** The site's name; every object carries the label `barecast.site=<site>`. */
  readonly site: string;
  /** `<address>:<port>` of the site's registry. */
  readonly registry: string;
  readonly images: readonly ImageSpec[];
  readonly networks: readonly NetworkSpec[];
  readonly secrets: readonly FileSpec[];
  readonly configs: readonly FileSpec[];
  readonly services: readonly ServiceSpec[];
  readonly hosts: readonly HostPlan[];
}

/** An image of the site by digest; `ref` is what a service names: `<registry>/<name>@sha256:…`. */
export interface ImageSpec {
  readonly name: ImageName;
  readonly digest: string;
  readonly ref: string;
}

/** An overlay network. `isInternal`: its tasks have no way out. */
export interface NetworkSpec {
  readonly name: string;
  readonly isInternal: boolean;
  readonly subnet: string;
  readonly gateway: string;
}

/** A Swarm secret or config. `name` ends in a hash of its content (secrets: an HMAC with the site's key), so new content is a new object. */
export interface FileSpec {
  /** Stable key: `<service>-<purpose>`. */
  readonly key: string;
  readonly name: string;
  readonly content: string;
}

/** A secret or config in a container: `key` of a FileSpec, where it stands, and whose it is. `mode` is octal text, "0400". */
export interface FileMount {
  readonly key: string;
  readonly path: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: string;
}

export interface ServiceSpec {
  /** `<site>-<key>`, e.g. `replica-traefik`. */
  readonly name: string;
  /** `traefik`: the file's name in every layer. */
  readonly key: string;
  readonly image: ImageName;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Numeric `uid:gid`. */
  readonly user: string;
  readonly hostname?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Overlay networks by name, or the host's network. */
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[] | "host";
  /** Published in host mode. */
  readonly ports: readonly {
    readonly name: string;
    readonly published: number;
    readonly target: number;
    readonly protocol: "tcp" | "udp";
  }[];
  /** Host paths: folders that Ansible makes, and the socket of Docker. */
  readonly binds: readonly { readonly source: string; readonly path: string; readonly isReadOnly: boolean }[];
  readonly tmpfs: readonly { readonly path: string; readonly sizeBytes: number; readonly mode: string }[];
  readonly secrets: readonly FileMount[];
  readonly configs: readonly FileMount[];
  readonly healthcheck: {
    readonly test: readonly string[];
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly retries: number;
    readonly startPeriodMs: number;
  };
  /** Tasks in the whole site, or one on each host that fits. */
  readonly replicas: number | "global";
  /** Most tasks on one host; 0: as many as there are. */
  readonly maxPerHost: number;
  /** Swarm constraints, e.g. `node.labels.barecast.media==true`. */
  readonly constraints: readonly string[];
  /** Service labels (Traefik's router among them). */
  readonly labels: Readonly<Record<string, string>>;
  readonly capAdds: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** start-first only for stateless services on overlays. */
  readonly update: "start-first" | "stop-first";
  readonly stopGraceSeconds: number;
  /** Keys of services that must be healthy before this one is made. */
  readonly after: readonly string[];
}

/** What Ansible makes of one host. */
export interface HostPlan {
  readonly name: string;
  readonly address: string;
  /** Swarm node labels, `barecast.<role>=true`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly isManager: boolean;
  /** Opened in INPUT, default deny. `from`: anybody, the site's other hosts, or Docker's gateway bridge. */
  readonly input: readonly FirewallRule[];
  /** Published ports that DOCKER-USER lets pass. */
  readonly published: readonly FirewallRule[];
  /** Of `input`: ports for anybody whose packets are not followed as connections, since nothing but their number limits those. */
  readonly untracked: readonly FirewallRule[];
  /** What the site's hosts have among themselves: this host's containers can't reach it on others, where they come with their host's address. */
  readonly amongHosts: readonly FirewallRule[];
  /** Folders that Ansible makes, with owner and mode. */
  readonly folders: readonly { readonly path: string; readonly uid: number; readonly gid: number; readonly mode: string }[];
  readonly registry?: { readonly image: ImageName; readonly port: number };
  /** coturn may send, by its user id, only to these UDP ports of these addresses. */
  readonly relayOutput?: { readonly uid: number; readonly addresses: readonly string[]; readonly from: number; readonly to: number };
}

export interface FirewallRule {
  readonly protocol: "tcp" | "udp";
  readonly from: number;
  readonly to: number;
  readonly source: "anywhere" | "hosts" | "gatewayBridge";
  readonly purpose: string;
}
