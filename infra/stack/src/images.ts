// The image table: the one place for an image's version, and for the facts (user, program, paths) that services, recipes and
// upstream images agree on. Longer than most files because it is a table: one row per image, nothing else.

import pinned from "./upstream.digests.json";

/** Who an image is for: the site's registry, the engine that runs machines, the tests, or only other images. */
export type ImagePurpose = "site" | "machine" | "test" | "build";

export interface ImageFacts {
  /** Label `org.opencontainers.image.version`; a recipe fails when what it installed is another version. */
  readonly version: string;
  /** Official image with its tag; null: there is none, the image is always built from its recipe. */
  readonly upstream: string | null;
  /** Versions of packages that come with our own program; a recipe gets `nginx` as `NGINX_VERSION`. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Digest of `upstream`, from upstream.digests.json, which `barecast images pin` writes. */
  readonly digest?: `sha256:${string}`;
  /** Folder with the Dockerfile (or the debootstrap recipe), relative to the project; null: can't be built from packages. */
  readonly recipe: string | null;
  /** Images its recipe names: each reaches the Dockerfile as a build argument, `base` as `BASE_IMAGE`. */
  readonly needs: readonly string[];
  /** Image in which its program is compiled; not needed while the compiled program is still in the cache. */
  readonly builder?: string;
  /** Numeric `uid:gid` its program runs as. Each site image has its own, so firewall rules and volumes can tell them apart. */
  readonly user: string;
  /** Program and fixed arguments, by absolute path: the same in the upstream image and in ours. Empty: not a program. */
  readonly entrypoint: readonly string[];
  /** Paths inside the container, valid for both sources: configuration file, data folder, pages … */
  readonly paths: Readonly<Record<string, string>>;
  readonly purpose: ImagePurpose;
  readonly title: string;
  /** Where its program's sources are: label `org.opencontainers.image.source`. */
  readonly source: string;
  /** SPDX expression of the program inside. */
  readonly licenses: string;
}

const debian = (version: string, title: string) =>
  ({
    version,
    needs: [],
    user: "0:0",
    entrypoint: [],
    paths: {},
    purpose: "build",
    title,
    source: "https://sources.debian.org",
    licenses: "LicenseRef-Debian",
  }) as const satisfies Partial<ImageFacts>;

const table = {
  base: { ...debian("13", "Debian trixie, minimal"), upstream: "docker.io/library/debian:trixie-slim", recipe: "services/base" },
  bookworm: {
    ...debian("12", "Debian bookworm, minimal"),
    upstream: "docker.io/library/debian:bookworm-slim",
    recipe: "services/base",
  },
  golang: {
    ...debian("1.26.8", "Go builder"),
    upstream: null,
    recipe: "services/traefik/golang",
    needs: ["base"],
  },
  node: {
    version: "24.19.0",
    upstream: "docker.io/library/node:24.19.0-trixie-slim",
    recipe: "services/node",
    needs: ["base"],
    user: "52000:52000",
    entrypoint: ["/usr/local/bin/node"],
    paths: {},
    purpose: "build",
    title: "Node.js",
    source: "https://github.com/nodejs/node",
    licenses: "MIT",
  },
  traefik: {
    version: "3.7.9",
    upstream: "docker.io/library/traefik:v3.7.9",
    recipe: "services/traefik",
    needs: ["base"],
    builder: "golang",
    user: "52001:52001",
    entrypoint: ["/usr/local/bin/traefik"],
    paths: { config: "/etc/traefik/traefik.yml", dynamic: "/etc/traefik/dynamic" },
    purpose: "site",
    title: "Traefik, the site's edge",
    source: "https://github.com/traefik/traefik",
    licenses: "MIT",
  },
  socketproxy: {
    version: "3.0",
    upstream: "docker.io/library/haproxy:3.0",
    recipe: "services/socketproxy",
    needs: ["base"],
    user: "52002:52002",
    entrypoint: ["/usr/local/sbin/haproxy", "-W", "-db", "-f"],
    paths: { config: "/usr/local/etc/haproxy/haproxy.cfg" },
    purpose: "site",
    title: "HAProxy, a read-only window on the Docker socket",
    source: "https://github.com/haproxy/haproxy",
    licenses: "GPL-2.0-or-later",
  },
  coturn: {
    version: "4.18",
    upstream: "docker.io/coturn/coturn:4.18",
    recipe: "services/coturn",
    needs: ["base"],
    user: "52003:52003",
    entrypoint: ["/usr/bin/turnserver", "-c"],
    paths: { config: "/etc/coturn/turnserver.conf" },
    purpose: "site",
    title: "coturn, STUN and TURN",
    source: "https://github.com/coturn/coturn",
    licenses: "BSD-3-Clause",
  },
  registry: {
    version: "2.8.3",
    upstream: "docker.io/library/registry:2.8.3",
    recipe: "services/registry",
    needs: ["base"],
    user: "52004:52004",
    entrypoint: ["/bin/registry", "serve"],
    paths: { config: "/etc/docker/registry/config.yml", data: "/var/lib/registry" },
    purpose: "site",
    title: "Docker registry, the only place a node pulls from",
    source: "https://github.com/distribution/distribution",
    licenses: "Apache-2.0",
  },
  postgres: {
    version: "17-3.5",
    upstream: "docker.io/postgis/postgis:17-3.5",
    recipe: "services/postgres",
    needs: ["base"],
    user: "52005:52005",
    // Both entry scripts read POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD_FILE and PGDATA.
    entrypoint: ["/usr/local/bin/docker-entrypoint.sh", "postgres"],
    paths: { data: "/var/lib/postgresql/data", run: "/var/run/postgresql" },
    purpose: "site",
    title: "PostgreSQL with PostGIS",
    source: "https://github.com/postgis/postgis",
    licenses: "PostgreSQL AND GPL-2.0-or-later",
  },
  redis: {
    version: "8.0",
    upstream: "docker.io/library/redis:8.0",
    recipe: "services/redis",
    needs: ["base"],
    user: "52006:52006",
    entrypoint: ["/usr/local/bin/redis-server"],
    paths: { config: "/usr/local/etc/redis/redis.conf", data: "/data" },
    purpose: "site",
    title: "Redis",
    source: "https://github.com/redis/redis",
    licenses: "AGPL-3.0-only",
  },
  web: {
    version: "0.1.0",
    upstream: null,
    packages: { nginx: "1.26" },
    recipe: "services/web",
    needs: ["base"],
    user: "52007:52007",
    // The main error log must be named on the command line: nginx opens its compiled-in one before it reads the file.
    entrypoint: ["/usr/sbin/nginx", "-e", "stderr", "-g", "daemon off;", "-c"],
    paths: { config: "/etc/nginx/nginx.conf", console: "/srv/console", reporter: "/srv/reporter", recordings: "/srv/recordings" },
    purpose: "site",
    title: "nginx with the pages",
    source: "barecast:services/web",
    licenses: "Apache-2.0 AND BSD-2-Clause",
  },
  media: {
    version: "0.1.0",
    upstream: null,
    packages: { ffmpeg: "7.1" },
    recipe: "services/media",
    needs: ["node"],
    user: "52008:52008",
    // Of 1 GB V8 would give 4 MB to what is new (see signaling). What is old may grow fourfold (by 300 %) before V8 looks at all of it: by itself it did
    // so four times a second under load.
    entrypoint: ["/usr/local/bin/node", "--max-semi-space-size=16", "--heap-growing-percent=300", "/app/dist/main.js"],
    paths: { app: "/app", recordings: "/srv/recordings" },
    purpose: "site",
    title: "Pocket Kurento, the media server",
    source: "barecast:services/media",
    licenses: "Apache-2.0 AND GPL-2.0-or-later",
  },
  kurento: {
    version: "7.3.0",
    upstream: "docker.io/kurento/kurento-media-server:7.3.0",
    recipe: null,
    needs: [],
    user: "52008:52008",
    entrypoint: ["/usr/bin/kurento-media-server"],
    paths: { modules: "/etc/kurento/modules", config: "/etc/barecast/kurento", recordings: "/srv/recordings" },
    purpose: "site",
    title: "Kurento, the official media server",
    source: "https://github.com/Kurento/kurento",
    licenses: "Apache-2.0",
  },
  signaling: {
    version: "0.1.0",
    upstream: null,
    recipe: "services/signaling",
    needs: ["node"],
    user: "52009:52009",
    // Of 256 MB V8 would give 1 MB to what is new, and collect it all the time: a third of the server's CPU time under load.
    entrypoint: ["/usr/local/bin/node", "--max-semi-space-size=16", "/app/dist/main.js"],
    paths: { app: "/app" },
    purpose: "site",
    title: "Signaling",
    source: "barecast:services/signaling",
    licenses: "Apache-2.0",
  },
  parse: {
    version: "0.1.0",
    upstream: null,
    recipe: "services/parse",
    needs: ["node"],
    user: "52010:52010",
    entrypoint: ["/usr/local/bin/node", "/app/dist/main.js"],
    paths: { app: "/app" },
    purpose: "site",
    title: "Parse Server, people and data",
    source: "barecast:services/parse",
    licenses: "Apache-2.0",
  },
  machine: {
    version: "12",
    upstream: null,
    recipe: "infra/machines/image",
    needs: ["bookworm"],
    user: "0:0",
    entrypoint: ["/usr/local/sbin/machine-entry"],
    paths: { authorizedKeys: "/etc/barecast/machine/authorized_keys", docker: "/var/lib/docker" },
    purpose: "machine",
    title: "A blank server: Debian with systemd and sshd",
    source: "barecast:infra/machines/image",
    licenses: "LicenseRef-Debian",
  },
  "machine-baked": {
    version: "12",
    upstream: null,
    recipe: "infra/machines/image/baked",
    needs: ["machine"],
    user: "0:0",
    entrypoint: ["/usr/local/sbin/machine-entry"],
    paths: { authorizedKeys: "/etc/barecast/machine/authorized_keys", docker: "/var/lib/docker" },
    purpose: "machine",
    title: "A blank server with Docker's packages already there, disabled",
    source: "barecast:infra/machines/image/baked",
    licenses: "LicenseRef-Debian",
  },
  browser: {
    version: "13",
    upstream: null,
    recipe: "tests/e2e/images/browser",
    needs: ["base"],
    user: "52021:52021",
    entrypoint: ["/usr/local/bin/browser-entry"],
    paths: { home: "/home/browser", clips: "/clips" },
    purpose: "test",
    title: "Chromium with a network of its own",
    source: "barecast:tests/e2e/images/browser",
    licenses: "LicenseRef-Debian",
  },
  camera: {
    version: "13",
    upstream: null,
    recipe: "tests/e2e/images/camera",
    needs: ["base"],
    user: "52022:52022",
    entrypoint: ["/usr/bin/python3", "/usr/local/bin/camera"],
    paths: { clips: "/clips" },
    purpose: "test",
    title: "An RTSP camera",
    source: "barecast:tests/e2e/images/camera",
    licenses: "LicenseRef-Debian",
  },
  reaper: {
    version: "0.1.0",
    upstream: null,
    recipe: "tests/e2e/images/reaper",
    needs: ["node"],
    user: "0:0",
    entrypoint: ["/usr/local/bin/node", "/usr/local/lib/reaper.js"],
    paths: {},
    purpose: "test",
    title: "Removes what a killed test run left behind",
    source: "barecast:tests/e2e/images/reaper",
    licenses: "Apache-2.0",
  },
} as const satisfies Record<string, ImageFacts>;

export type ImageName = keyof typeof table;

/** One image. `needs` and `builder` name rows of the same table. */
export interface ImageRow extends Omit<ImageFacts, "needs" | "builder"> {
  readonly name: ImageName;
  readonly needs: readonly ImageName[];
  readonly builder?: ImageName;
}

export const imageNames = Object.keys(table) as ImageName[];

/** By reference, so that the digest of one tag is never taken for another's. */
const digests: Readonly<Record<string, string>> = pinned;

export const imageTable: Readonly<Record<ImageName, ImageRow>> = Object.fromEntries(
  Object.entries(table).map(([name, row]) => {
    const digest = row.upstream === null ? undefined : digests[row.upstream];
    return [name, { name, ...row, ...(digest ? { digest } : {}) }];
  }),
) as unknown as Record<ImageName, ImageRow>;

/** The table's images of one purpose, in the table's order. */
export function imagesFor(purpose: ImagePurpose): ImageName[] {
  return imageNames.filter((name) => imageTable[name].purpose === purpose);
}

/** `uid` and `gid` of an image's program, for the owner of its volumes, secrets and firewall rules. */
export function imageUser(name: ImageName): { uid: number; gid: number } {
  const [uid, gid] = imageTable[name].user.split(":").map(Number);
  return { uid: uid!, gid: gid! };
}
