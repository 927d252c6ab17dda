import { imageTable } from "../images";
import { attach } from "../networks";
import { httpHealth, memory, onHost, partOf, scratch, type Part, type StackInput } from "../part";
import { recordingsFolder } from "./media";
import { routed } from "./traefik";
import { nginxConfig } from "./web";

const paths = imageTable.web.paths as { config: string; recordings: string };

const files = `    location /rec/ {
      alias ${paths.recordings}/;
      add_header Cache-Control "private, no-store";
      limit_except GET HEAD { deny all; }
    }
`;

/** Recordings of one host, for signed-in operators only: Traefik asks signaling before each request. */
export const recordings = (input: StackInput): Part => {
  const { site } = input;
  const host = site.hosts.find(({ roles }) => roles.includes("media"))!;
  return partOf(input, {
    key: "recordings",
    image: "web",
    args: [paths.config],
    networks: [attach(site, "edge", "recordings")],
    binds: [{ source: recordingsFolder, path: paths.recordings, isReadOnly: true }],
    tmpfs: [scratch()],
    labels: routed(site, "recordings", 8080, "PathPrefix(`/rec/`)", { middlewares: ["operator"], healthPath: "/health" }),
    configFiles: [{ key: "recordings-config", path: paths.config, content: nginxConfig(files) }],
    healthcheck: httpHealth(8080, "/health"),
    constraints: [onHost(host.name)],
    update: "stop-first",
    memoryBytes: memory(64),
  });
};
