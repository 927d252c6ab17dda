import type { Host, Site } from "@barecast/site";
import Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";

import { createMachine, startMachine } from "./create";
import { checkEngine } from "./engine";
import { MachineError } from "./errors";
import { execIn } from "./exec";
import { addressIn, authorizedKey, machineContainers, publishedPort } from "./lookup";
import { ensureNetwork } from "./ensure-network";
import { awaitReady } from "./ready";
import { outerResolvers } from "./resolvers";
import { machineSpec } from "./spec";
import { machineNetwork } from "./network";

/** A host that answers: its address is known and its SSH host key was read from the machine itself, not over the network. */
export interface StartedHost {
  readonly name: string;
  readonly address: string;
  readonly ssh: { readonly user: string; readonly port: number; readonly hostKey: string };
  /** Id of the container that is the machine. */
  readonly container: string;
  /** Port on this computer's loopback that leads to the machine's HTTPS. */
  readonly publicPort?: number;
}

/** What happened to a machine, for the user; `found` is one that ran already, `stopped` one whose host has left the site. */
export interface MachineEvent {
  readonly host: string;
  readonly status: "found" | "creating" | "created" | "starting" | "started" | "ready" | "stopped";
  readonly ms: number;
}

export interface EnsureOptions {
  readonly image: (host: Host) => string;
  readonly publicKey: string;
  readonly docker?: Docker;
  readonly resolvers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly onProgress?: (event: MachineEvent) => void;
  /** Ends the waiting for a machine; it is found as it is by the next call. */
  readonly signal?: AbortSignal;
}

/**
 * Makes every machine of the site run: the missing are made, the stopped started, the running (by their labels, whoever started them)
 * left as they are. One whose host is no longer in the site is stopped; its data stays until the site is taken down. Does nothing for a site
 * without machines.
 *
 * @returns the machines in the site's order. @throws MachineError
 */
export async function ensureMachines(site: Site, options: EnsureOptions): Promise<StartedHost[]> {
  const hosts = site.hosts.filter(({ machine }) => machine);
  if (hosts.length === 0) return [];
  const docker = options.docker ?? new Docker();
  await checkEngine(docker);
  const found = await machineContainers(docker, site.name);
  const shell = { site, docker, options: { ...options, resolvers: options.resolvers ?? (await outerResolvers()) } };
  if (hosts.some(({ name }) => !found.has(name))) await ensureNetwork(docker, site);
  await stopLeft(hosts, found, docker, options);
  return Promise.all(hosts.map((host) => ensureMachine(shell, host, found.get(host.name))));
}

async function stopLeft(hosts: readonly Host[], found: Map<string, ContainerInspectInfo>, docker: Docker, { onProgress }: EnsureOptions) {
  const began = Date.now();
  const left = [...found].filter(([name, { State }]) => State.Running && !hosts.some((host) => host.name === name));
  await Promise.all(left.map(([, { Id }]) => docker.getContainer(Id).stop()));
  for (const [host] of left) onProgress?.({ host, status: "stopped", ms: Date.now() - began });
}

interface Shell {
  readonly site: Site;
  readonly docker: Docker;
  readonly options: EnsureOptions & { resolvers: readonly string[] };
}

async function ensureMachine({ site, docker, options }: Shell, host: Host, found?: ContainerInspectInfo): Promise<StartedHost> {
  const began = Date.now();
  const tell = (status: MachineEvent["status"]) => options.onProgress?.({ host: host.name, status, ms: Date.now() - began });
  if (found) {
    checkAddress(site, host, found);
    checkOwner(host, found, options.publicKey);
  }
  if (found?.State.Running) {
    tell("found");
    await awaitReady(docker.getContainer(found.Id), host, { isFresh: false, signal: options.signal });
    return startedHost(docker, host, found.Id);
  }
  tell(found ? "starting" : "creating");
  const spec = machineSpec(site, host, { ...options, image: options.image(host) });
  if (found) await startMachine(docker, found.Id, spec, publishedPort(found));
  const id = found?.Id ?? (await createMachine(docker, spec));
  tell(found ? "started" : "created");
  await awaitReady(docker.getContainer(id), host, { isFresh: true, signal: options.signal });
  tell("ready");
  return startedHost(docker, host, id);
}

function checkAddress(site: Site, host: Host, found: ContainerInspectInfo): void {
  const network = machineNetwork(site.name, site.network.machines).name;
  const address = addressIn(found, network);
  if (address === host.address) return;
  const isNear = address !== undefined && address.startsWith(host.address.replace(/\d+$/, ""));
  throw new MachineError(
    "machines.wrong-address",
    `hosts.${host.name}: Expected its machine at ${host.address} in the network ${network}, found ${address ?? "no address there"} (container ${found.Name.slice(1)}). ` +
      "An address is fixed when a machine is made: " +
      (isNear ? `keep it by hosts.${host.name}.address: ${address} in the site file, or run` : "run") +
      " `barecast down`, then `barecast up`",
  );
}

/** A site of the same name in another checkout, or with secrets that are gone, has machines of the same name. */
function checkOwner({ name }: Host, found: ContainerInspectInfo, publicKey: string): void {
  if (authorizedKey(found) === publicKey.trim()) return;
  throw new MachineError(
    "machines.others",
    `hosts.${name}: Expected a machine that lets in this site's key, found one with another key (container ${found.Name.slice(1)}): ` +
      "another checkout's, or one whose secrets were removed. Give the site another name, or remove that machine and its data: ./barecast down",
  );
}

async function startedHost(docker: Docker, host: Host, id: string): Promise<StartedHost> {
  const container = docker.getContainer(id);
  const [hostKey, inspected] = await Promise.all([readHostKey(container, host), container.inspect()]);
  const publicPort = publishedPort(inspected);
  return {
    name: host.name,
    address: host.address,
    ssh: { user: host.ssh.user, port: host.ssh.port, hostKey },
    container: id,
    ...(publicPort && { publicPort }),
  };
}

/** The key that sshd will show, read over the Docker API: nobody on the network can put another one in its place. */
async function readHostKey(container: Docker.Container, host: Host): Promise<string> {
  const file = "/etc/ssh/ssh_host_ed25519_key.pub";
  const { code, output } = await execIn(container, ["cat", file]);
  const key = /^(ssh-ed25519 [A-Za-z0-9+/=]+)/.exec(output)?.[1];
  if (code === 0 && key) return key;
  throw new MachineError(
    "machines.not-ready",
    `hosts.${host.name}: Expected its SSH host key in ${file}, found "${output.trim()}". Its image is broken: build it again`,
  );
}
