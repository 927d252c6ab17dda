import type { HostRole, Site, SiteSecrets } from "@barecast/site";
import { imageTable, type ImageName } from "./images";
import { configOf, secretOf } from "./names";
import type { FileMount, FileSpec, ServiceSpec } from "./stack";

/** What a service is made from: the checked site, its secrets, and the digests of the images that were built. */
export interface StackInput {
  readonly site: Site;
  readonly secrets: SiteSecrets;
  /** `sha256:…` of each image that the site runs. */
  readonly digests: Readonly<Partial<Record<ImageName, string>>>;
  /** Port at which people on this computer reach a machine's HTTPS, where it is not the site's own. */
  readonly publicPort?: number;
}

/** The ports of HTTPS and of TURN over TLS: the site's own, and that of this computer which leads to it, where it is another one. */
export const publicPorts = ({ site, publicPort }: StackInput) => [...new Set([site.ports.https, publicPort ?? site.ports.https])];

/** A service with the files that it reads. */
export interface Part {
  readonly service: ServiceSpec;
  readonly secrets: readonly FileSpec[];
  readonly configs: readonly FileSpec[];
}

/** A file for one container: where it stands there, and its text. Secrets are readable by the service's user only. */
export interface PartFile {
  readonly key: string;
  readonly path: string;
  readonly content: string;
}

/** What a service file states; the rest has one default for all. */
export type PartSpec = Pick<ServiceSpec, "key" | "image" | "networks" | "healthcheck" | "constraints" | "update" | "memoryBytes"> &
  Partial<Omit<ServiceSpec, "name" | "secrets" | "configs">> & {
    readonly secretFiles?: readonly PartFile[];
    readonly configFiles?: readonly PartFile[];
  };

const mib = 1024 * 1024;
/** The scratch folder of a read-only container, which has one user. No sticky bit: the Docker provider loses it and shows a difference. */
export const scratch = (path = "/tmp", sizeMib = 16) => ({ path, sizeBytes: sizeMib * mib, mode: "0777" });
export const memory = (sizeMib: number) => sizeMib * mib;

/** A healthcheck in exec form: what is asked, and how often. How Docker is told of it: {@link watched}. */
export const health = (test: readonly string[], startPeriodMs = 30_000): ServiceSpec["healthcheck"] => ({
  test: ["CMD", ...test],
  intervalMs: 30_000,
  timeoutMs: 10_000,
  retries: 3,
  startPeriodMs,
});

/** Health over HTTP where the image has a shell and nothing else: bash's own sockets, valid for Debian's and the official images. */
export const httpHealth = (port: number, path: string, startPeriodMs?: number) =>
  health(
    [
      "/bin/bash",
      "-c",
      `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]] || { echo "$line"; exit 1; }`,
    ],
    startPeriodMs,
  );

/** Health of a Node service, by a program of its image. */
export const nodeHealth = (url: string, startPeriodMs?: number) => health(["/usr/local/bin/http-health", url], startPeriodMs);

/** Fills a service up: names, defaults, and its files as Swarm objects with hashed names. */
export function partOf({ site, secrets }: StackInput, spec: PartSpec): Part {
  const { secretFiles = [], configFiles = [], key, image, ...stated } = spec;
  const row = imageTable[image];
  const user = stated.user ?? row.user;
  const [uid, gid] = user.split(":") as [string, string];
  const mounted =
    (mode: string) =>
    (file: PartFile): FileMount => ({ key: file.key, path: file.path, uid, gid, mode });
  return {
    service: {
      name: `${site.name}-${key}`,
      key,
      image,
      command: row.entrypoint,
      args: [],
      user,
      env: {},
      ports: [],
      binds: [],
      tmpfs: [scratch()],
      replicas: 1,
      maxPerHost: 0,
      capAdds: [],
      sysctls: {},
      cpus: 2,
      stopGraceSeconds: 10,
      after: [],
      ...stated,
      labels: { "barecast.site": site.name, "barecast.service": key, "barecast.version": row.version, ...stated.labels },
      secrets: secretFiles.map(mounted("0400")),
      configs: configFiles.map(mounted("0444")),
    },
    secrets: secretFiles.map((file) => secretOf(site.name, secrets.namingKey, file.key, file.content)),
    configs: configFiles.map((file) => configOf(site.name, file.key, file.content)),
  };
}

/**
 * A service that runs once on each host with a role: a host that is lost leaves the others. The swarm would let two tasks share a host after an
 * update or a loss, so it is told the most; then an update has to stop a task before it starts the next: the others serve meanwhile.
 */
export function oneForEach(
  { hosts }: StackInput["site"],
  role: HostRole,
): Pick<PartSpec, "replicas" | "maxPerHost" | "update" | "constraints"> {
  const replicas = hosts.filter(({ roles }) => roles.includes(role)).length;
  return {
    replicas,
    constraints: [onRole(role)],
    ...(replicas > 1 ? { maxPerHost: 1, update: "stop-first" } : { maxPerHost: 0, update: "start-first" }),
  };
}
/** The swarm places a service on hosts that have a role. */
export const onRole = (role: string) => `node.labels.barecast.${role}==true`;
/** Or on one host. */
export const onHost = (host: string) => `node.labels.barecast.host==${host}`;
