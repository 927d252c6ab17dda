import { textOf, type Problem } from "@barecast/site";
import type Docker from "dockerode";

import { MachineError } from "./errors";

/** What the engine says of itself, as far as machines depend on it. */
export interface EngineFacts {
  readonly version: string;
  readonly os: string;
  readonly securityOptions: readonly string[];
}

/** The oldest engine that can run machines: the first with private cgroup namespaces. */
const oldest = [20, 10] as const;

/** Why machines can't run on this engine, or null. Pure. */
export function engineProblem({ version, os, securityOptions }: EngineFacts): Problem | null {
  if (isOlder(version))
    return { path: "docker", wanted: `Docker ${oldest.join(".")} or newer`, found: version, fix: "Update it: apt-get install docker.io" };
  if (os !== "linux")
    return { path: "docker", wanted: "an engine for Linux containers", found: `one for ${os}`, fix: "Switch it to Linux containers" };
  if (securityOptions.some((option) => option.includes("rootless"))) {
    return {
      path: "docker",
      wanted: "an engine that runs as root",
      found: "a rootless one",
      fix: "A machine needs its own firewall and mounts: use the system's Docker (unset DOCKER_HOST)",
    };
  }
  return null;
}

/** Whether a version, as `20.10.24+dfsg1`, is too old. Pure. */
function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

/** Asks the engine who it is. Throws a MachineError when it can't be reached or can't run machines. */
export async function checkEngine(docker: Docker): Promise<void> {
  const [version, info] = await Promise.all([docker.version(), docker.info()]).catch(sayUnreachable);
  const problem = engineProblem({ version: version.Version, os: version.Os, securityOptions: info.SecurityOptions ?? [] });
  if (problem) throw new MachineError("machines.docker-unsuitable", textOf(problem));
}

/** For a rejected first question to the engine. @throws MachineError where nobody answered, the engine's own error otherwise */
export function sayUnreachable(error: NodeJS.ErrnoException): never {
  if (error.syscall === undefined) throw error;
  throw new MachineError("machines.docker-unreachable", unreachable(error));
}

/** Why the engine did not answer, and what to do. Pure. */
export function unreachable(error: NodeJS.ErrnoException): string {
  const where = process.env.DOCKER_HOST ?? (error as { address?: string }).address ?? "/var/run/docker.sock";
  if (error.code === "ENOENT")
    return `Docker: Expected its socket, found nothing at ${where}. Install Docker or start it: systemctl start docker`;
  if (error.code === "EACCES")
    return `Docker: Expected to be let in, found no right to open ${where}. Run as root, or add yourself to the group docker and sign in again`;
  if (error.code === "ECONNREFUSED")
    return `Docker: Expected an answer, found nobody listening at ${where}. Start it: systemctl start docker`;
  return `Docker: Expected an answer at ${where}, found "${error.message}". See whether \`docker version\` works`;
}
