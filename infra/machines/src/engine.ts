import type Docker from "dockerode";

import { MachineError } from "./errors";

/** What the engine says of itself, as far as machines depend on it. */
export interface EngineFacts {
  readonly version: string;
  readonly os: string;
  readonly securityOptions: readonly string[];
}

/** Why machines can't run on this engine, or null. Pure. */
export function engineProblem({ version, os, securityOptions }: EngineFacts): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 10)) {
    return `Docker: Expected version 20.10 or newer (private cgroup namespaces), found ${version}. Update Docker`;
  }
  if (os !== "linux") return `Docker: Expected an engine for Linux containers, found one for ${os}. Switch it to Linux containers`;
  if (securityOptions.some((option) => option.includes("rootless"))) {
    return "Docker: Expected an engine that runs as root, found a rootless one. A machine needs its own firewall and mounts: use the system's Docker (unset DOCKER_HOST)";
  }
  return null;
}

/** Asks the engine who it is. Throws a MachineError when it can't be reached or can't run machines. */
export async function checkEngine(docker: Docker): Promise<void> {
  const [version, info] = await Promise.all([docker.version(), docker.info()]).catch((error: NodeJS.ErrnoException) => {
    throw new MachineError("machines.docker-unreachable", unreachable(error));
  });
  const problem = engineProblem({ version: version.Version, os: version.Os, securityOptions: info.SecurityOptions ?? [] });
  if (problem) throw new MachineError("machines.docker-unsuitable", problem);
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
