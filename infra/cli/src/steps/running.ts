import { existsSync } from "node:fs";
import { machineStatus, type MachineStatus } from "@barecast/machines";
import { UserError, type Host, type HostRole, type Site } from "@barecast/site";
import type { Context } from "../context";

/** Machines that do not run, with what is told of each. */
export const restingOf = (machines: readonly MachineStatus[]): ReadonlyMap<string, "stopped" | "missing"> =>
  new Map(machines.flatMap(({ name, state }) => (state === "running" ? [] : [[name, state]])));

/** The hosts with a role that may answer: servers, and machines that run. Pure. */
export const hostsThatRun = ({ hosts }: Pick<Site, "hosts">, machines: readonly MachineStatus[], role: HostRole): Host[] =>
  hosts.filter(({ name, roles }) => roles.includes(role) && !restingOf(machines).has(name));

/** Why no host with a role can be asked: none of their machines runs. Pure. */
export function restingProblem({ hosts }: Pick<Site, "hosts">, machines: readonly MachineStatus[], role: HostRole): string {
  const resting = [...restingOf(machines)].filter(([name]) => hosts.find((host) => host.name === name)?.roles.includes(role));
  const [[name, state]] = resting as [[string, string]];
  return resting.length === 1
    ? `hosts.${name}: Expected its machine to run, found it ${state}. Run: ./barecast up`
    : `hosts: Expected a machine with the role ${role} to run, found ${resting.map((each) => each.join(" ")).join(", ")}. Run: ./barecast up`;
}

/**
 * The hosts with a role that may answer, at least one. Other hosts may rest.
 * @throws UserError `site.down` when no machine with the role runs, or when the site was never made here
 */
export async function requireRunning({ site, place }: Pick<Context, "site" | "place">, role: HostRole): Promise<Host[]> {
  const machines = await machineStatus(site);
  const hosts = hostsThatRun(site, machines, role);
  if (hosts.length === 0) throw new UserError("site.down", restingProblem(site, machines, role), 4);
  if (!existsSync(place.secrets))
    throw new UserError("site.down", `${site.name}: Expected the site's secrets in ${place.secrets}, found none. Run: ./barecast up`, 4);
  return hosts;
}
