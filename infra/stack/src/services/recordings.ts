import { imageTable } from "../images";
import { attach } from "../networks";
import { httpHealth, memory, onHost, partOf, scratch, type Part, type StackInput } from "../part";
import { recordingsFolder } from "./media";
import { routed } from "./traefik";
import { nginxConfig } from "./web";

const paths = imageTable.web.paths as { config: string; recordings: string };

const filesBelow = (path: string) => `    location ${path} {
      alias ${paths.recordings}/;
      add_header Cache-Control "private, no-store";
      limit_except GET HEAD { deny all; }
    }
`;

/**
 * Recordings stay on the host that made them, and are served there below a path of its own, for signed-in operators only: Traefik asks signaling
 * before each request.
 */
export const recordings = (input: StackInput): Part[] => {
  const { site } = input;
  return site.hosts
    .filter(({ roles }) => roles.includes("media"))
    .map(({ name }) => {
      const [key, path] = [`recordings-${name}`, `/rec/${name}/`];
      return partOf(input, {
        key,
        image: "web",
        args: [paths.config],
        networks: [attach(site, "edge", key)],
        binds: [{ source: recordingsFolder, path: paths.recordings, isReadOnly: true }],
        tmpfs: [scratch()],
        labels: routed(site, key, 8080, `PathPrefix(\`${path}\`)`, { middlewares: ["operator"], healthPath: "/health" }),
        configFiles: [{ key: `rec-${name}`, path: paths.config, content: nginxConfig(filesBelow(path)) }],
        healthcheck: httpHealth(8080, "/health"),
        constraints: [onHost(name)],
        update: "stop-first",
        memoryBytes: memory(64),
      });
    });
};
