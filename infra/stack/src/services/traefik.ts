import type { Site } from "@barecast/site";
import { imageTable } from "../images";
import { attach } from "../networks";
import { health, httpHealth, memory, onRole, partOf, scratch, type Part, type StackInput } from "../part";

const paths = imageTable.traefik.paths as { config: string; dynamic: string };
/** Ports inside the container: above 1024, so that no capability is needed; Docker publishes 80 and 443 to them. */
const inside = { http: 8080, https: 8443, ping: 8082 };

/** Static configuration. Why each time limit is as it is: docs/decisions/0004-traefik-timeouts.md */
const staticConfig = ({ name, logLevel, ports }: Site) => `global:
  checkNewVersion: false
  sendAnonymousUsage: false
log:
  level: ${logLevel.toUpperCase()}
  format: json
entryPoints:
  http:
    address: ":${inside.http}"
    http:
      redirections:
        entryPoint:
          to: ":${ports.https}"
          scheme: https
          permanent: false
  https:
    address: ":${inside.https}"
    http:
      middlewares: [headers@file]
      tls: {}
    transport:
      lifeCycle:
        graceTimeOut: 1s
      respondingTimeouts:
        readTimeout: 0s
  ping:
    address: "127.0.0.1:${inside.ping}"
ping:
  entryPoint: ping
providers:
  swarm:
    endpoint: "tcp://socketproxy:2375"
    exposedByDefault: false
    network: ${name}-edge
    refreshSeconds: 2
    constraints: "Label(\`barecast.site\`, \`${name}\`)"
  file:
    directory: ${paths.dynamic}
    watch: false
serversTransport:
  forwardingTimeouts:
    dialTimeout: 300ms
`;

/** Of TLS 1.2: authenticated encryption and forward secrecy only. TLS 1.3 has nothing else. */
const cipherSuites = ["ECDSA", "RSA"].flatMap((key) =>
  ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"].map((cipher) => `TLS_ECDHE_${key}_WITH_${cipher}`),
);

/** Dynamic configuration: certificates, headers, forward-auth, and the way to coturn, which stands on its host's own network. */
const dynamicConfig = ({ domain, hosts, ports }: Site) => `tls:
  stores:
    default:
      defaultCertificate:
        certFile: /run/secrets/edge.crt
        keyFile: /run/secrets/edge.key
  options:
    default:
      minVersion: VersionTLS12
      cipherSuites: [${cipherSuites.join(", ")}]
      sniStrict: false
http:
  middlewares:
    headers:
      headers:
        stsSeconds: 31536000
        contentTypeNosniff: true
        frameDeny: true
        referrerPolicy: same-origin
        permissionsPolicy: "camera=(self), microphone=(self), geolocation=(self)"
        contentSecurityPolicy: "default-src 'self'; connect-src 'self' wss://${domain}:*; media-src 'self' blob:; img-src 'self' data: blob:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    operator:
      forwardAuth:
        address: "http://signaling:8080/auth/operator"
        trustForwardHeader: false
        maxResponseBodySize: 65536
    retry:
      retry:
        attempts: 3
        initialInterval: 50ms
tcp:
  routers:
    turn:
      entryPoints: [https]
      rule: "HostSNI(\`turn.${domain}\`)"
      service: turn
      tls: {}
  serversTransports:
    turn:
      dialTimeout: 1s
      proxyProtocol:
        version: 2
  services:
    turn:
      loadBalancer:
        serversTransport: turn
        servers:
${hosts
  .filter((host) => host.roles.includes("turn"))
  .map((host) => `          - address: "${host.address}:${ports.turnProxy}"`)
  .join("\n")}
`;

export const traefik = (input: StackInput): Part => {
  const { site, secrets } = input;
  return partOf(input, {
    key: "traefik",
    image: "traefik",
    args: [`--configFile=${paths.config}`],
    networks: [attach(site, "edge", "traefik"), attach(site, "sock"), attach(site, "public")],
    ports: [
      { name: "http", published: site.ports.http, target: inside.http, protocol: "tcp" },
      { name: "https", published: site.ports.https, target: inside.https, protocol: "tcp" },
    ],
    tmpfs: [scratch()],
    configFiles: [
      { key: "traefik-config", path: paths.config, content: staticConfig(site) },
      { key: "traefik-dynamic", path: `${paths.dynamic}/site.yml`, content: dynamicConfig(site) },
    ],
    secretFiles: [
      { key: "traefik-edge-cert", path: "/run/secrets/edge.crt", content: secrets.edgeCert },
      { key: "traefik-edge-key", path: "/run/secrets/edge.key", content: secrets.edgeKey },
    ],
    // The official image has no bash. Its program takes a tenth of a second to start, each time that it asks itself.
    healthcheck:
      site.images === "packages"
        ? httpHealth(inside.ping, "/ping")
        : health([imageTable.traefik.entrypoint[0]!, "healthcheck", `--configFile=${paths.config}`]),
    constraints: [onRole("edge")],
    update: "stop-first",
    memoryBytes: memory(256),
    after: ["socketproxy"],
  });
};

/** Labels with which a service on the edge network tells Traefik its paths. `priority`: longer rules of one host win; this decides ties. */
export function routed(
  site: Site,
  key: string,
  port: number,
  rule: string,
  options: { middlewares?: readonly string[]; healthPath?: string } = {},
) {
  const router = `traefik.http.routers.${site.name}-${key}`;
  const balancer = `traefik.http.services.${site.name}-${key}.loadbalancer`;
  return {
    "traefik.enable": "true",
    [`${router}.entrypoints`]: "https",
    [`${router}.rule`]: `Host(\`${site.domain}\`)${rule === "" ? "" : ` && (${rule})`}`,
    [`${router}.middlewares`]: [...(options.middlewares ?? []), "retry"].map((name) => `${name}@file`).join(","),
    [`${router}.service`]: `${site.name}-${key}`,
    [`${balancer}.server.port`]: String(port),
    ...(options.healthPath
      ? {
          [`${balancer}.healthcheck.path`]: options.healthPath,
          [`${balancer}.healthcheck.interval`]: "2s",
          [`${balancer}.healthcheck.timeout`]: "3s",
        }
      : {}),
  };
}
