import { developmentOnly } from "./staging";
import type { BuildPlanInput } from "./plan";
import { planBuild } from "./plan";

const host = {
  node: "/p/.tools/python/bin/node",
  uid: 1000,
  gid: 1000,
  mirror: { main: "http://mirror.example/debian", security: "http://mirror.example/security" },
  caBundle: "/etc/ssl/certs/ca-certificates.crt",
  passEnv: ["GOPROXY"],
};
const input = (name: BuildPlanInput["name"], more: Partial<BuildPlanInput> = {}): BuildPlanInput => ({
  name,
  source: "packages",
  project: "/p",
  cache: "/c",
  host,
  keys: { base: "b1", bookworm: "w1", golang: "g1", node: "n1", traefik: "t1", redis: "r1", signaling: "s1" },
  isCompiled: false,
  isInEngine: false,
  ...more,
});

const toLayout = (name: string, ref: string) => [
  { do: "empty", folder: `/c/oci/${name}` },
  { do: "empty", folder: `/c/images/${name}/saved` },
  { do: "run", command: ["docker", "save", "--output", `/c/images/${name}/saved/image.tar`, ref] },
  { do: "run", command: ["tar", "-x", "-f", `/c/images/${name}/saved/image.tar`, "-C", `/c/images/${name}/saved`] },
  { do: "layout", saved: `/c/images/${name}/saved`, layout: `/c/oci/${name}`, blobs: "/c/oci/blobs" },
  { do: "remove", path: `/c/images/${name}/saved` },
];

test("a base image: debootstrap with the machine's mirrors, imported with its labels", () => {
  expect(planBuild(input("base"))).toEqual([
    { do: "folder", folder: "/c/images/base" },
    {
      do: "run",
      command: [
        "/p/services/base/rootfs",
        "trixie",
        "/c/images/base/rootfs.tar",
        "/c/debs/trixie",
        "http://mirror.example/debian",
        "http://mirror.example/security",
      ],
      isRoot: true,
    },
    {
      do: "run",
      command: [
        "docker",
        "import",
        "--change",
        'LABEL barecast.image="base"',
        "--change",
        'LABEL org.opencontainers.image.title="Debian trixie, minimal"',
        "--change",
        'LABEL org.opencontainers.image.version="13"',
        "--change",
        'LABEL org.opencontainers.image.source="https://sources.debian.org"',
        "--change",
        'LABEL org.opencontainers.image.licenses="LicenseRef-Debian"',
        "/c/images/base/rootfs.tar",
        "barecast/base:b1",
      ],
    },
    { do: "run", command: ["rm", "-f", "/c/images/base/rootfs.tar"], isRoot: true },
    ...toLayout("base", "barecast/base:b1"),
  ]);
});

test("no mirror known: debootstrap's own default", () => {
  const [, bootstrap] = planBuild(input("bookworm", { host: { ...host, mirror: undefined } }));
  expect(bootstrap).toEqual({
    do: "run",
    command: ["/p/services/base/rootfs", "bookworm", "/c/images/bookworm/rootfs.tar", "/c/debs/bookworm"],
    isRoot: true,
  });
});

const redisBuild = {
  do: "run",
  env: { DOCKER_BUILDKIT: "0" },
  command: [
    ...["docker", "build", "--network", "host", "--force-rm", "--tag", "barecast/redis:r1"],
    ...["--build-arg", "VERSION=8.0", "--build-arg", "IMAGE_USER=52006:52006", "--build-arg", "BASE_IMAGE=barecast/base:b1"],
    ...["--label", "barecast.image=redis", "--label", "org.opencontainers.image.title=Redis"],
    ...["--label", "org.opencontainers.image.version=8.0"],
    ...["--label", "org.opencontainers.image.source=https://github.com/redis/redis"],
    ...["--label", "org.opencontainers.image.licenses=AGPL-3.0-only"],
    "/c/images/redis/context",
  ],
};
const ownFiles = /^(src|dist|baked|node_modules|package\.json|tsconfig\.json)$/;

test("a packaged program: the recipe and the shared scripts, built by the classic builder", () => {
  expect(planBuild(input("redis"))).toEqual([
    { do: "empty", folder: "/c/images/redis/context" },
    { do: "copy", from: "/p/services/redis", to: "/c/images/redis/context", except: ownFiles },
    { do: "copy", from: "/p/services/base/apt-install", to: "/c/images/redis/context/apt-install" },
    { do: "copy", from: "/p/services/base/image-user", to: "/c/images/redis/context/image-user" },
    redisBuild,
    ...toLayout("redis", "barecast/redis:r1"),
  ]);
});

test("an image that the engine has already is only saved", () => {
  expect(planBuild(input("redis", { isInEngine: true }))).toEqual(toLayout("redis", "barecast/redis:r1"));
});

test("upstream: copied from its registry, or the images it has none of built on upstream's base", () => {
  expect(planBuild(input("redis", { source: "upstream" }))).toEqual([
    { do: "empty", folder: "/c/oci/redis" },
    { do: "folder", folder: "/c/oci/blobs" },
    {
      do: "run",
      command: [
        ...["skopeo", "copy", "--insecure-policy", "--quiet", "--dest-shared-blob-dir", "/c/oci/blobs"],
        ...["docker://docker.io/library/redis:8.0", "oci:/c/oci/redis"],
      ],
    },
  ]);
  expect(planBuild(input("signaling", { source: "upstream" }))).toEqual(planBuild(input("signaling")));
});

test("a workspace: compiled, the packages that it loads, both beside the Dockerfile", () => {
  expect(planBuild(input("signaling")).slice(2, -7)).toEqual([
    { do: "run", cwd: "/p", command: [host.node, "node_modules/typescript/bin/tsc", "-b", "services/signaling"] },
    { do: "run", command: [host.node, "/p/infra/images/dist/copy-loaded.js", "/p", "/c/images/signaling/context", "signaling"] },
    {
      do: "copy compiled",
      from: "/p/services/signaling/dist",
      sources: "/p/services/signaling/src",
      to: "/c/images/signaling/context/app/dist",
      except: developmentOnly,
    },
    { do: "copy", from: "/p/services/signaling/package.json", to: "/c/images/signaling/context/app/package.json" },
  ]);
});

test("a Go program: compiled as the operator in the builder, with the machine's CA bundle mounted and never copied", () => {
  const steps = planBuild(input("traefik"));
  expect(steps.slice(4, 8)).toEqual([
    { do: "folder", folder: "/c/go/out" },
    {
      do: "run",
      command: [
        ...["docker", "run", "--rm", "--init", "--network", "host", "--label", "barecast.build=traefik"],
        ...["--user", "1000:1000", "--workdir", "/src", "--volume", "/c/go:/cache", "--volume", "/p/services/traefik:/src:ro"],
        ...["--volume", "/etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro"],
        ...["--env", "HOME=/tmp", "--env", "GOMODCACHE=/cache/mod", "--env", "GOCACHE=/cache/build", "--env", "GOTOOLCHAIN=go1.26.8"],
        ...["--env", "GOFLAGS=-mod=readonly -modcacherw -buildvcs=false", "--env", "CGO_ENABLED=0", "--env", "GOPROXY"],
        ...["barecast/golang:g1", "/src/build", "3.7.9", "/cache/out/traefik-t1.part"],
      ],
    },
    { do: "rename", from: "/c/go/out/traefik-t1.part", to: "/c/go/out/traefik-t1" },
    { do: "copy", from: "/c/go/out/traefik-t1", to: "/c/images/traefik/context/traefik" },
  ]);
  const compiled = planBuild(input("traefik", { isCompiled: true }));
  expect(compiled).toEqual([...steps.slice(0, 4), ...steps.slice(7)]);
});

test("a key that is missing is said by name", () => {
  expect(() => planBuild(input("redis", { keys: { redis: "r1" } }))).toThrow(
    "base: No key; keys must hold the image and everything it needs",
  );
});
