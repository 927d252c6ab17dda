import { readFileSync } from "node:fs";
import path from "node:path";
import { textOf } from "@barecast/site";
import { problemsOf } from "./steps/check";
import type { Computer, Disk } from "./steps/look";

const disk = (what: Disk["what"], device: number, freeBytes: number): Disk => ({
  what,
  folder: { cache: "/srv/barecast/.cache", docker: "/var/lib/docker" }[what],
  device,
  freeBytes,
});
const good: Computer = {
  isRoot: true,
  hasSudo: true,
  hasApt: true,
  missing: [],
  engine: { version: "20.10.24", os: "linux", securityOptions: [] },
  daemonVersion: null,
  disks: [disk("cache", 1, 50e9), disk("docker", 1, 50e9)],
  networks: [{ name: "eth0", cidr: "192.0.2.7/24" }],
  portProblem: null,
};
const told = (computer: Partial<Computer>, isCold = true) =>
  problemsOf({ ...good, ...computer }, { isCold, machines: "172.30.231.0/24" }).map(textOf);

test("nothing stands in the way of a good computer, nor do programs that apt can bring, nor an engine that is to be started", () => {
  expect(told({})).toEqual([]);
  expect(told({ missing: ["docker", "dockerd", "skopeo"], engine: null, daemonVersion: null })).toEqual([]);
  expect(told({ engine: null, daemonVersion: "20.10.24+dfsg1" })).toEqual([]);
});

test("everything that stands in the way is told at once, with what to do", () => {
  expect(
    told({
      isRoot: false,
      hasApt: false,
      missing: ["skopeo"],
      engine: { version: "19.03.15", os: "linux", securityOptions: [] },
      disks: [disk("cache", 1, 5e9), disk("docker", 1, 5e9)],
      networks: [{ name: "br-lan", cidr: "172.30.0.1/16" }],
      portProblem: { path: "hosts.one", wanted: "a free port", found: "none", fix: "" },
    }),
  ).toEqual([
    "user: Expected root, found another user. Type sudo before the same command",
    "programs: Expected skopeo, found none of them, and no apt-get to install them. Install them by hand: Debian and Ubuntu are done for you",
    "docker: Expected Docker 20.10 or newer, found 19.03.15. Update it: apt-get install docker.io",
    "disk: Expected 15 GB free for /srv/barecast/.cache and /var/lib/docker, found 5.0 GB. Make room; `docker system df` tells what Docker holds",
    "network.machines: Expected a network that this computer has no part in, found 172.30.231.0/24 beside br-lan (172.30.0.1/16). Set another in the site file, or remove the other site: ./barecast down",
    "hosts.one: Expected a free port, found none",
  ]);
});

test("an engine that does not run is too old by what its daemon says", () => {
  expect(told({ engine: null, daemonVersion: "18.09.1" })).toEqual([
    "docker: Expected Docker 20.10 or newer, found 18.09.1. Update it: apt-get install docker.io",
  ]);
});

test("built images need less room, and each disk is asked for what lies on it", () => {
  expect(told({ disks: [disk("cache", 1, 5e9), disk("docker", 1, 5e9)] }, false)).toEqual([]);
  expect(told({ disks: [disk("cache", 1, 0.5e9), disk("docker", 2, 2.94e9)] }, false)).toEqual([
    "disk: Expected 1 GB free for /srv/barecast/.cache, found 0.5 GB. Make room, or name a folder on another disk: BARECAST_CACHE=<folder>",
    "disk: Expected 3 GB free for /var/lib/docker, found 2.9 GB. Make room; `docker system df` tells what Docker holds",
  ]);
});

test("what is set up before there is a Node asks for the same Docker and the same room", () => {
  const versions = readFileSync(path.join(__dirname, "../../toolchain/versions"), "utf8");
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(versions)?.[1];
  const room = (disk: Disk) => told({ disks: [disk] })[0]!.replace(/^disk: Expected (\S+) GB .*/, "$1000");
  expect({
    DOCKER_OLDEST: /Docker (\S+)/.exec(told({ engine: null, daemonVersion: "1.0" })[0]!)?.[1],
    CACHE_MB: room(disk("cache", 1, 0)),
    DOCKER_MB: room(disk("docker", 1, 0)),
  }).toEqual({ DOCKER_OLDEST: value("DOCKER_OLDEST"), CACHE_MB: value("CACHE_MB"), DOCKER_MB: value("DOCKER_MB") });
});
