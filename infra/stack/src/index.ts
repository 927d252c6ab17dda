import { UserError } from "@barecast/site";
import { hostsOf } from "./hosts";
import { imagesFor, type ImageName } from "./images";
import { networksOf } from "./networks";
import type { Part, StackInput } from "./part";
import { coturn } from "./services/coturn";
import { media, mediaImages } from "./services/media";
import { parse } from "./services/parse";
import { postgres } from "./services/postgres";
import { recordings } from "./services/recordings";
import { redis } from "./services/redis";
import { signaling } from "./services/signaling";
import { socketproxy } from "./services/socketproxy";
import { traefik } from "./services/traefik";
import { web } from "./services/web";
import type { Stack } from "./stack";

export type * from "./stack";
export * from "./images";
export { hostsOf } from "./hosts";
export { portPlan, overlaps, type PortRow } from "./ports";
export { accounts } from "./services/parse";
export { dockerGid } from "./services/socketproxy";
export { watched } from "./watch";
export type { StackInput } from "./part";

/** Every service of a site, in the order of the documentation. */
const services: readonly ((input: StackInput) => Part | Part[])[] = [
  socketproxy,
  traefik,
  coturn,
  media,
  redis,
  postgres,
  parse,
  signaling,
  web,
  recordings,
];

/** What `stackOf` calls a site's services, in alphabetical order: needs no secrets. */
export const serviceKeys = ({ hosts }: StackInput["site"]): string[] =>
  [
    ...["coturn", "parse", "postgres", "redis", "signaling", "socketproxy", "traefik", "web"],
    ...hosts.filter(({ roles }) => roles.includes("media")).flatMap(({ name }) => [`media-${name}`, `recordings-${name}`]),
  ].sort();

/** `<address>:<port>` of the site's registry: on the first manager. */
export const registryOf = ({ hosts, ports }: StackInput["site"]) =>
  `${hosts.find(({ roles }) => roles.includes("manager"))!.address}:${ports.registry}`;

/** Images that the site's hosts run, the registry (loaded over SSH) among them, and of the media servers the one that it chose. */
export const siteImages = ({ media: { server } }: StackInput["site"]): ImageName[] => {
  const others = Object.values(mediaImages).filter((name) => name !== mediaImages[server]);
  return imagesFor("site").filter((name) => !others.includes(name as (typeof others)[number]));
};

/**
 * What must run, and where. Pure: the same input gives the same Stack to the byte.
 * @throws UserError `secrets.own` when a camera names a password that the secrets file doesn't hold.
 */
export function stackOf(input: StackInput): Stack {
  const { site, secrets, digests } = input;
  for (const { name, passwordSecret } of site.cameras) {
    if (passwordSecret !== undefined && secrets.own[passwordSecret] === undefined) {
      throw new UserError(
        "secrets.own",
        `cameras.${name}.passwordSecret: Expected a secret of the site, found "${passwordSecret}". Set it: ./barecast secrets set ${passwordSecret}`,
      );
    }
  }
  const parts = services.flatMap((make) => make(input));
  const registry = registryOf(site);
  return {
    site: site.name,
    registry,
    images: [...new Set(parts.map(({ service }) => service.image))].map((name) => ({
      name,
      digest: digests[name] ?? "",
      ref: `${registry}/${name}@${digests[name] ?? ""}`,
    })),
    networks: networksOf(site),
    secrets: parts.flatMap((part) => part.secrets),
    configs: parts.flatMap((part) => part.configs),
    services: parts.map(({ service }) => service),
    hosts: hostsOf(site),
  };
}
