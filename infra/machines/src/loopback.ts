import { createServer } from "node:net";
import type { Host, Problem, Site } from "@barecast/site";

import type { MachineStatus } from "./status";

/** The machine of a site that is reached through this computer's loopback: the first that is an edge. */
export const publishedHost = ({ hosts }: Site): Host | undefined => hosts.find(({ machine, roles }) => machine && roles.includes("edge"));

/** Ports to publish HTTPS at, the first free one: the site's own, then 8443 and up, which need no rights and read as HTTPS. */
export const loopbackPorts = ({ ports }: Site): number[] => [ports.https, ...Array.from({ length: 50 }, (_, index) => 8443 + index)];

/** No port of `ports` is free for a machine. One that was made before has just the port it was made with. Pure. */
export function portProblem(host: string, ports: readonly number[]): Problem {
  if (ports.length === 1) {
    return {
      path: `hosts.${host}`,
      wanted: `127.0.0.1:${ports[0]} to be free for its machine`,
      found: "it in use",
      fix: "A machine keeps its port: stop what listens there (ss -ltnp), or make it anew: ./barecast down, then ./barecast up",
    };
  }
  return {
    path: `hosts.${host}`,
    wanted: "a free port on 127.0.0.1 for its machine",
    found: `${ports[0]} and ${ports[1]} to ${ports.at(-1)} in use`,
    fix: "Stop what listens there: ss -ltnp",
  };
}

/** Whether the site's machine can have (or have again) a port on loopback, before anything is made. A running one has it. */
export async function loopbackProblem(site: Site, status: readonly MachineStatus[]): Promise<Problem | null> {
  const host = publishedHost(site);
  const machine = status.find(({ name }) => name === host?.name);
  if (!host || !machine || machine.state === "running") return null;
  const ports = machine.state === "missing" ? loopbackPorts(site) : machine.publicPort ? [machine.publicPort] : [];
  for (const port of ports) if (!(await isTaken(port))) return null;
  return ports.length === 0 ? null : portProblem(host.name, ports);
}

/** Whether somebody listens already; a refusal to bind says so without any traffic. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}
