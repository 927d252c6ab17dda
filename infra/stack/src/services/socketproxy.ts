import { imageTable } from "../images";
import { attach } from "../networks";
import { httpHealth, memory, partOf, scratch, type Part, type StackInput } from "../part";

/** Group of Docker's socket on every host of a site, set by Ansible. */
export const dockerGid = 52_099;

/** Of services, those that Traefik is to pass something to. It would ask for tasks of each that it sees, and need know nothing of the others. */
const passedTo = `filters=${encodeURIComponent(JSON.stringify({ label: ["traefik.enable=true"] }))}`;

/** How long Docker's version is kept. Traefik asks for it every two seconds, and Docker starts two programs to tell it. */
const versionSeconds = 60;

/**
 * What Traefik's swarm provider asks, and nothing else: a read-only window on the managers' Docker. HAProxy reads `%%` as a percent sign, and keeps
 * no answer that doesn't say for how long it holds, which Docker's don't.
 */
const config = `global
  maxconn 64
cache versions
  total-max-size 1
  max-age ${versionSeconds}
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend docker
  bind :2375
  acl reading method GET HEAD
  acl allowed path_reg ^(/v[0-9.]+)?/(_ping|version|services|tasks|networks|nodes|nodes/[a-z0-9]+)$
  http-request return status 200 content-type text/plain string ok if { path /health }
  http-request deny unless reading allowed
  http-request set-query ${passedTo.replaceAll("%", "%%")} if { path_reg ^(/v[0-9.]+)?/services$ }
  http-request set-var(txn.version) bool(true) if { path_reg ^(/v[0-9.]+)?/version$ }
  http-request cache-use versions if { var(txn.version) -m bool }
  default_backend engine
backend engine
  http-response set-header cache-control max-age=${versionSeconds} if { var(txn.version) -m bool } { status 200 }
  http-response cache-store versions if { var(txn.version) -m bool }
  server engine unix@/var/run/docker.sock
`;

export const socketproxy = (input: StackInput): Part =>
  partOf(input, {
    key: "socketproxy",
    image: "socketproxy",
    args: [imageTable.socketproxy.paths.config!],
    user: `52002:${dockerGid}`,
    networks: [attach(input.site, "sock", "socketproxy")],
    binds: [{ source: "/var/run/docker.sock", path: "/var/run/docker.sock", isReadOnly: true }],
    tmpfs: [scratch()],
    configFiles: [{ key: "socketproxy-config", path: imageTable.socketproxy.paths.config!, content: config }],
    healthcheck: httpHealth(2375, "/health"),
    constraints: ["node.role==manager"],
    update: "stop-first",
    memoryBytes: memory(64),
  });
