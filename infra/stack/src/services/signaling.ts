import { imageTable } from "../images";
import { attach, rangesOf } from "../networks";
import { memory, nodeHealth, oneForEach, partOf, publicPorts, scratch, type Part, type StackInput } from "../part";
import { originsOf } from "./parse";
import { routed } from "./traefik";

const config = (input: StackInput) => {
  const { site } = input;
  const mediaHosts = site.hosts.filter(({ roles }) => roles.includes("media"));
  return {
    listen: 8080,
    origins: originsOf(input),
    trustedProxies: rangesOf(site, "edge"),
    media: mediaHosts.map(({ name, address }) => ({ name, url: `ws://${address}:${site.ports.mediaControl}/kurento` })),
    parse: { url: "http://parse:1337/api", applicationId: "barecast" },
    redis: { host: "redis", port: 6379 },
    turn: {
      urls: [
        `turn:turn.${site.domain}:${site.ports.turn}?transport=udp`,
        ...publicPorts(input).map((port) => `turns:turn.${site.domain}:${port}?transport=tcp`),
      ],
      ttlSeconds: 3600,
    },
    cameras: site.cameras.map(({ passwordSecret, ...camera }) => ({ ...camera, hasPassword: passwordSecret !== undefined })),
    recordings: { phones: site.recordings.phones, folder: imageTable.media.paths.recordings },
    maxBitrateBps: site.media.maxBitrateBps,
    logLevel: site.logLevel,
  };
};

export const signaling = (input: StackInput): Part => {
  const { site, secrets } = input;
  return partOf(input, {
    key: "signaling",
    image: "signaling",
    networks: [attach(site, "edge", "signaling"), attach(site, "core", "signaling"), attach(site, "mctl")],
    env: { CONFIG: "/etc/barecast/signaling.json" },
    tmpfs: [scratch()],
    labels: routed(site, "signaling", 8080, "Path(`/ws`) || Path(`/session`)", { healthPath: "/health" }),
    configFiles: [
      { key: "signaling-config", path: "/etc/barecast/signaling.json", content: `${JSON.stringify(config(input), null, 2)}\n` },
    ],
    secretFiles: [
      { key: "signaling-turn", path: "/run/secrets/turn", content: secrets.turnSecret },
      { key: "signaling-redis", path: "/run/secrets/redis", content: secrets.redisPassword },
      { key: "signaling-parse-master", path: "/run/secrets/parse-master", content: secrets.parseMasterKey },
      ...site.cameras.flatMap(({ name, passwordSecret }) =>
        passwordSecret === undefined
          ? []
          : [{ key: `signaling-camera-${name}`, path: `/run/secrets/camera-${name}`, content: secrets.own[passwordSecret]! }],
      ),
    ],
    healthcheck: nodeHealth("http://127.0.0.1:8080/health", 70_000),
    ...oneForEach(site, "apps"),
    memoryBytes: memory(256),
  });
};
