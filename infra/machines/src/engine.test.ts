import { textOf } from "@barecast/site";
import { engineProblem, unreachable } from "./engine";
import { reachableResolvers } from "./resolvers";

const engine = { version: "20.10.24+dfsg1", os: "linux", securityOptions: ["name=seccomp,profile=default"] };

test.each([
  [engine, null],
  [{ ...engine, version: "28.2.2" }, null],
  [{ ...engine, version: "20.10-rc1" }, null],
  [{ ...engine, version: "19.03.15" }, "docker: Expected Docker 20.10 or newer, found 19.03.15. Update it: apt-get install docker.io"],
  [{ ...engine, version: "20.9.0" }, "docker: Expected Docker 20.10 or newer, found 20.9.0. Update it: apt-get install docker.io"],
  [{ ...engine, os: "windows" }, "docker: Expected an engine for Linux containers, found one for windows. Switch it to Linux containers"],
  [
    { ...engine, securityOptions: ["name=seccomp", "name=rootless"] },
    "docker: Expected an engine that runs as root, found a rootless one. A machine needs its own firewall and mounts: use the system's Docker (unset DOCKER_HOST)",
  ],
])("engine %#", (facts, wanted) => {
  const problem = engineProblem(facts);
  expect(problem && textOf(problem)).toBe(wanted);
});

test("an engine that can't be reached says where and what to do", () => {
  const error = (code: string) => Object.assign(new Error(`connect ${code} /run/x.sock`), { code, address: "/run/x.sock" });
  const known = process.env.DOCKER_HOST;
  delete process.env.DOCKER_HOST;
  expect(["ENOENT", "EACCES", "ECONNREFUSED", "EPIPE"].map((code) => unreachable(error(code)))).toEqual([
    "Docker: Expected its socket, found nothing at /run/x.sock. Install Docker or start it: systemctl start docker",
    "Docker: Expected to be let in, found no right to open /run/x.sock. Run as root, or add yourself to the group docker and sign in again",
    "Docker: Expected an answer, found nobody listening at /run/x.sock. Start it: systemctl start docker",
    'Docker: Expected an answer at /run/x.sock, found "connect EPIPE /run/x.sock". See whether `docker version` works',
  ]);
  if (known !== undefined) process.env.DOCKER_HOST = known;
});

test("only name servers that others can reach are handed on", () => {
  expect(
    reachableResolvers("# made\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver ::1\nsearch lan\nnameserver 192.0.2.54 \n"),
  ).toEqual(["192.0.2.53", "192.0.2.54"]);
});
