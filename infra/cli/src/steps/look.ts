import { existsSync, readFileSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { loopbackProblem, machineStatus, type EngineFacts } from "@barecast/machines";
import type { Problem } from "@barecast/site";
import type { Context } from "../context";
import { run } from "../run";
import { programs } from "./programs";

/** What the operator's computer has. */
export interface Computer {
  readonly isRoot: boolean;
  readonly hasSudo: boolean;
  readonly hasApt: boolean;
  /** Programs of the table that are missing. */
  readonly missing: readonly string[];
  /** The engine that answers; null: none does. */
  readonly engine: EngineFacts | null;
  /** Version of the daemon that is installed here, where no engine answers; null: there is none. */
  readonly daemonVersion: string | null;
  readonly disks: readonly Disk[];
  /** IPv4 networks of this computer's interfaces, but for those of the site's own machines. */
  readonly networks: readonly { readonly name: string; readonly cidr: string }[];
  /** Why the site's machine can't have its port on loopback. */
  readonly portProblem: Problem | null;
}

/** Where much is written: the cache, and what Docker holds. Two on one file system have the same `device`. */
export interface Disk {
  readonly what: "cache" | "docker";
  readonly folder: string;
  readonly device: number;
  readonly freeBytes: number;
}

/** Looks at the computer, and changes nothing. */
export async function look(context: Context): Promise<Computer> {
  const names = Object.keys(programs);
  const [found, hasSudo, hasApt, engine] = await Promise.all([Promise.all(names.map(has)), has("sudo"), has("apt-get"), lookAtEngine()]);
  return {
    isRoot: process.getuid?.() === 0,
    hasSudo,
    hasApt,
    // An engine that answers may live elsewhere (Docker Desktop): its daemon isn't wanted here.
    missing: names.filter((name, index) => !found[index] && !(name === "dockerd" && engine !== null)),
    engine: engine?.facts ?? null,
    daemonVersion: engine === null ? await lookAtDaemon() : null,
    disks: await disksOf(context.cache, isHere() ? (engine?.folder ?? configuredFolder()) : null),
    networks: networksBeside(context),
    portProblem: engine === null ? null : await loopbackProblem(context.site, await machineStatus(context.site)),
  };
}

/** Whether a program is there, or a file when it is named by its path. */
const has = async (name: string) =>
  name.startsWith("/") ? existsSync(name) : (await run("/bin/sh", ["-c", `PATH="$PATH:/usr/sbin:/sbin"; command -v ${name}`])).code === 0;

/** Asks the engine who it is; null when none answers. */
export async function lookAtEngine(): Promise<{ facts: EngineFacts; folder: string } | null> {
  const { code, stdout } = await run("docker", ["info", "--format", "{{json .}}"], { timeoutMs: 10_000 });
  const info = code === 0 ? (JSON.parse(stdout) as Record<string, unknown>) : {};
  const { ServerVersion: version, OSType: os, SecurityOptions: securityOptions, DockerRootDir: folder } = info;
  if (typeof version !== "string" || version === "") return null;
  return { facts: { version, os: String(os), securityOptions: (securityOptions ?? []) as string[] }, folder: String(folder) };
}

/** `Docker version 20.10.24+dfsg1, build …`, told by a daemon that need not run. */
async function lookAtDaemon(): Promise<string | null> {
  const { code, stdout } = await run("dockerd", ["--version"], { timeoutMs: 10_000 });
  return code === 0 ? (/version ([^\s,]+)/.exec(stdout)?.[1] ?? null) : null;
}

/** Whether the engine is one of this computer's, so that its folder is on a disk of ours. */
const isHere = () => (process.env.DOCKER_HOST ?? "unix://").startsWith("unix://");

/** Where a daemon that does not run would keep its images. */
function configuredFolder(): string {
  try {
    const settings = JSON.parse(readFileSync("/etc/docker/daemon.json", "utf8")) as { "data-root"?: string };
    return settings["data-root"] ?? "/var/lib/docker";
  } catch {
    return "/var/lib/docker";
  }
}

const disksOf = (cache: string, docker: string | null): Promise<Disk[]> =>
  Promise.all([diskOf("cache", cache), ...(docker === null ? [] : [diskOf("docker", docker)])]);

/** The disk that a folder lies on, or will lie on once it is made. */
async function diskOf(what: Disk["what"], folder: string): Promise<Disk> {
  let there = folder;
  while (!existsSync(there)) there = path.dirname(there);
  const [{ dev: device }, { bavail, bsize }] = await Promise.all([stat(there), statfs(there)]);
  return { what, folder, device, freeBytes: bavail * bsize };
}

/** This computer's networks. The bridge of the site's own machines, which holds the first address of their network, is none of them. */
function networksBeside({ site }: Context): Computer["networks"] {
  const own = site.network.machines.replace(/\.\d+\/\d+$/, ".1");
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, cidr, address }) => (family === "IPv4" && cidr !== null && address !== own ? [{ name, cidr }] : [])),
  );
}
