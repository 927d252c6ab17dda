import { existsSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { engineLock, withLock } from "@barecast/waiting";
import { PoorComputer, problemsIn, type Lack, type Left } from "../../src/computers";
import { testImages } from "../../src/images";
import { docker, sessionLabels } from "../../src/session";

// What stands in the way on the operator's computer is found by `up` before anything changes, and told alike by `check`.
// Longer than usual: one computer, and a test for each thing that it may lack.
jest.setTimeout(900_000);

const computer = new PoorComputer("e2e-poor");
// The program is compiled: one who is nobody can't do that in somebody else's folder.
beforeAll(() => computer.barecast(["--help"]));
afterAll(() => computer.remove());

/** A Docker client that answers for an engine of one's own. */
const dockerStub = (answer: object) => `[ "$1" = info ] && echo '${JSON.stringify(answer)}'`;
const engine = { ServerVersion: "20.10.24", OSType: "linux", SecurityOptions: [], DockerRootDir: "/var/lib/docker" };

const small = computer.path("small");
const other = computer.path("other");
const rows: readonly { readonly title: string; readonly lack: Lack; readonly told: readonly string[] }[] = [
  {
    title: "nobody, where there is no sudo",
    lack: { isNobody: true, programs: ["sudo"] },
    told: ["user: Expected root, found another user. Run it as root: there is no sudo here"],
  },
  {
    title: "nobody, where there is sudo",
    lack: { isNobody: true, stubs: { sudo: "exit 1" } },
    told: ["user: Expected root, found another user. Type sudo before the same command"],
  },
  {
    title: "a tool that is missing, where there is no apt-get",
    lack: { programs: ["skopeo", "apt-get"] },
    told: [
      "programs: Expected skopeo, found none of them, and no apt-get to install them. Install them by hand: Debian and Ubuntu are done for you",
    ],
  },
  {
    title: "a Docker that is too old",
    lack: { stubs: { docker: dockerStub({ ...engine, ServerVersion: "19.03.15" }) } },
    told: ["docker: Expected Docker 20.10 or newer, found 19.03.15. Update it: apt-get install docker.io"],
  },
  {
    title: "a Docker that is too old and does not run",
    lack: { stubs: { docker: "exit 1", dockerd: "echo 'Docker version 18.09.1, build 4c52b90'" } },
    told: ["docker: Expected Docker 20.10 or newer, found 18.09.1. Update it: apt-get install docker.io"],
  },
  {
    title: "a Docker without rights of root",
    lack: { stubs: { docker: dockerStub({ ...engine, SecurityOptions: ["name=seccomp", "name=rootless"] }) } },
    told: [
      "docker: Expected an engine that runs as root, found a rootless one. A machine needs its own firewall and mounts: use the system's Docker (unset DOCKER_HOST)",
    ],
  },
  {
    title: "full disks under the cache and under Docker, each told by itself",
    lack: {
      fullDisks: [small, other],
      stubs: { docker: dockerStub({ ...engine, DockerRootDir: other }) },
      env: { BARECAST_CACHE: small },
    },
    told: [
      `disk: Expected 9 GB free for ${small}, found 0.1 GB. Make room, or name a folder on another disk: BARECAST_CACHE=<folder>`,
      `disk: Expected 6 GB free for ${other}, found 0.1 GB. Make room; \`docker system df\` tells what Docker holds`,
    ],
  },
];

describe.each(["up", "check"])("%s", (verb) => {
  test.each(rows)("$title", async ({ lack, told }) => {
    const left = await computer.barecast([verb], lack);
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({ exitCode: 3, told });
    expect(await computer.made()).toEqual([]);
  });
});

describe("a port in use", () => {
  const listening: Server[] = [];
  /** Takes a port on loopback; 0: a free one. @returns its number; undefined when somebody else has it */
  const take = (port: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const server = createServer();
      server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
      server.listen(port, "127.0.0.1", () => {
        listening.push(server);
        resolve((server.address() as { port: number }).port);
      });
    });
  const release = () => Promise.all(listening.splice(0).map((server) => new Promise((closed) => server.close(closed))));
  afterEach(release);

  const ofMachines = [443, ...Array.from({ length: 50 }, (_, index) => 8443 + index)];
  /** Takes those of a machine's ports that are free. @returns how many these were */
  const takeFree = async () => (await Promise.all(ofMachines.map(take))).filter((port) => port !== undefined).length;
  /** Runs `barecast` while all are in use. Another site that ends meanwhile gives its port back: what was found then says nothing. */
  const whileInUse = async (verb: string): Promise<Left> => {
    await takeFree();
    let left: Left;
    do left = await computer.barecast([verb]);
    while ((await takeFree()) > 0);
    return left;
  };

  test.each(["up", "check"])("all that a new machine may have: %s", async (verb) => {
    // Nobody else makes a machine meanwhile: it would find none, too.
    const purpose = "a test of ports in use";
    const left = await withLock(engineLock("images"), { purpose }, () => whileInUse(verb).finally(release));
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
      exitCode: 3,
      told: [
        "hosts.one: Expected a free port on 127.0.0.1 for its machine, found 443 and 8443 to 8492 in use. Stop what listens there: ss -ltnp",
      ],
    });
    expect(await computer.made()).toEqual([]);
  });

  test.each(["up", "check"])("the one that a stopped machine has: %s", async (verb) => {
    const port = (await take(0))!;
    const machine = await docker.createContainer({
      Image: (await testImages()).reaper,
      name: "barecast-e2e-poor-one",
      Labels: { ...(await sessionLabels()), "barecast.site": "e2e-poor", "barecast.host": "one" },
      HostConfig: { PortBindings: { "443/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] } },
    });
    try {
      const left = await computer.barecast([verb]);
      expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
        exitCode: 3,
        told: [
          `hosts.one: Expected 127.0.0.1:${port} to be free for its machine, found it in use. ` +
            "A machine keeps its port: stop what listens there (ss -ltnp), or make it anew: ./barecast down, then ./barecast up",
        ],
      });
      expect(await computer.made()).toEqual(["/barecast-e2e-poor-one"]);
    } finally {
      await machine.remove();
    }
  });
});

describe("a fresh clone, before there is a Node", () => {
  const tools = "infra,infra/toolchain,infra/toolchain/bootstrap,infra/toolchain/generated.mjs";
  const entries = (copy: string) => readdirSync(copy, { recursive: true }).map(String).sort();

  test("nobody is told to be root, and whatever else is missing", async () => {
    const copy = computer.freshCopy("nobody");
    const before = entries(copy);
    expect(before.join()).toContain(tools);
    const lack = { isNobody: true, programs: ["sudo", "python3"], files: ["/usr/bin/python3"] };
    const left = await computer.barecast(["up"], lack, copy);
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
      exitCode: 3,
      told: [
        "user: Expected root, found another user. Run it as root: there is no sudo here",
        "programs: Expected python3 with venv, found none, and neither root nor sudo to install it. Run as root: apt-get install python3-venv",
      ],
    });
    expect(entries(copy)).toEqual(before);
  });

  test("somebody else's folder, no Python, no apt-get, no room: all are told, nothing is written", async () => {
    const copy = computer.freshCopy("root");
    const before = entries(copy);
    const lack = {
      isNobody: true,
      programs: ["apt-get", "python3"],
      files: ["/usr/bin/python3"],
      stubs: { df: "printf 'head\\nx 1 1 512000 1 /\\n'" },
    };
    const left = await computer.barecast(["check"], lack, copy);
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
      exitCode: 3,
      told: [
        `folder: Expected to write to ${computer.path("project")}, found no right to. Run it as its owner, or as root`,
        "programs: Expected python3 with venv, found none, and no apt-get to install it. Install it by hand: Debian and Ubuntu are done for you",
        `disk: Expected 2000 MB free for Node, Ansible and the npm packages in ${computer.path("project")}, found 500 MB. Make room, or move the project to another disk`,
      ],
    });
    expect(entries(copy)).toEqual(before);
    expect(existsSync(`${copy}/.tools`)).toBe(false);
  });

  test("a Docker that is too old, and no room for what is built", async () => {
    const copy = computer.freshCopy("root");
    const before = entries(copy);
    const stubs = { docker: "echo '19.03.15 /srv/docker'", df: "printf 'head\\nx 1 1 10240000 1 /\\n'" };
    const left = await computer.barecast(["up"], { stubs, env: { BARECAST_CACHE: "/srv/cache" } }, copy);
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
      exitCode: 3,
      told: [
        "docker: Expected Docker 20.10 or newer, found 19.03.15. Update it: apt-get install docker.io",
        `disk: Expected 17000 MB free for Node, Ansible and the npm packages in ${computer.path("project")}, caches in /srv/cache, ` +
          "Docker's images in /srv/docker, found 10000 MB. Make room, or move the project to another disk",
      ],
    });
    expect(entries(copy)).toEqual(before);
  });

  test("a Docker that is too old and does not run", async () => {
    const copy = computer.freshCopy("root");
    const before = entries(copy);
    const stubs = { docker: "exit 1", dockerd: "echo 'Docker version 18.09.1, build 4c52b90'" };
    const left = await computer.barecast(["plan"], { stubs }, copy);
    expect({ exitCode: left.exitCode, told: problemsIn(left) }).toEqual({
      exitCode: 3,
      told: ["docker: Expected Docker 20.10 or newer, found 18.09.1. Update it: apt-get install docker.io"],
    });
    expect(entries(copy)).toEqual(before);
  });
});
