import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import net from "node:net";
import { networkInterfaces } from "node:os";
import { overlap, textOf, UserError, type Problem } from "@barecast/site";
import type { Context } from "../context";
import { run } from "../run";

/** The oldest Docker Engine that everything here was tried with. */
const oldestDocker = [20, 10] as const;
/** Free bytes that a build from nothing needs, and that a start from built images needs. */
const neededBytes = { cold: 12e9, warm: 4e9 };

/** What Debian packages bring: programs, and files by their path; with the package's name. */
export const programs: Readonly<Record<string, string>> = {
  docker: "docker.io",
  dockerd: "docker.io",
  skopeo: "skopeo",
  debootstrap: "debootstrap",
  "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
  "ssh-keygen": "openssh-client",
  iptables: "iptables",
  python3: "python3",
};

/** What the operator's computer has. */
export interface Computer {
  readonly isRoot: boolean;
  readonly hasSudo: boolean;
  readonly hasApt: boolean;
  /** Programs of the table that are missing. */
  readonly missing: readonly string[];
  /** Version of the running engine; null: it doesn't answer. */
  readonly dockerVersion: string | null;
  readonly freeBytes: number;
  /** IPv4 networks of this computer's interfaces, but for those of the site's own machines. */
  readonly networks: readonly { readonly name: string; readonly cidr: string }[];
}

/** Looks at the computer, and changes nothing. */
export async function look(context: Context): Promise<Computer> {
  const has = async (name: string) =>
    name.startsWith("/") ? existsSync(name) : (await run("/bin/sh", ["-c", `PATH="$PATH:/usr/sbin:/sbin"; command -v ${name}`])).code === 0;
  const names = Object.keys(programs);
  const [found, hasSudo, hasApt, version, disk] = await Promise.all([
    Promise.all(names.map(has)),
    has("sudo"),
    has("apt-get"),
    run("docker", ["version", "--format", "{{.Server.Version}}"], { timeoutMs: 10_000 }),
    statfs(context.project),
  ]);
  return {
    isRoot: process.getuid?.() === 0,
    hasSudo,
    hasApt,
    // An engine that answers may live elsewhere (Docker Desktop): its daemon isn't wanted here.
    missing: names.filter((name, index) => !found[index] && !(name === "dockerd" && version.code === 0)),
    dockerVersion: version.code === 0 ? version.stdout.trim() : null,
    freeBytes: disk.bavail * disk.bsize,
    networks: await networksBeside(context),
  };
}

/** This computer's networks. The bridge of the site's own machines, which holds the first address of their network, is none of them. */
async function networksBeside({ site }: Context): Promise<Computer["networks"]> {
  const own = site.network.machines.replace(/\.\d+\/\d+$/, ".1");
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, cidr, address }) => (family === "IPv4" && cidr !== null && address !== own ? [{ name, cidr }] : [])),
  );
}

/** What stands in the way, as problems in the operator's words. Pure. */
export function problemsOf(computer: Computer, needs: { readonly isCold: boolean; readonly machines: string | null }): Problem[] {
  const met = computer.networks.find(({ cidr }) => needs.machines !== null && overlap(cidr, needs.machines));
  const problems: (Problem | false)[] = [
    !computer.isRoot && {
      path: "user",
      wanted: "root",
      found: "another user",
      fix: computer.hasSudo ? "Run: sudo make up" : "Run as root",
    },
    computer.missing.length > 0 &&
      !computer.hasApt && {
        path: "programs",
        wanted: computer.missing.join(", "),
        found: "none of them, and no apt-get to install them",
        fix: "Install them by hand: Debian and Ubuntu are done for you",
      },
    computer.dockerVersion !== null &&
      isOlder(computer.dockerVersion, oldestDocker) && {
        path: "docker",
        wanted: `Docker Engine ${oldestDocker.join(".")} or newer`,
        found: computer.dockerVersion,
        fix: "Update Docker: apt-get install docker.io",
      },
    computer.freeBytes < (needs.isCold ? neededBytes.cold : neededBytes.warm) && {
      path: "disk",
      wanted: `${(needs.isCold ? neededBytes.cold : neededBytes.warm) / 1e9} GB free in the project's folder`,
      found: `${(computer.freeBytes / 1e9).toFixed(1)} GB`,
      fix: "Free some, or move the project to another disk",
    },
    met !== undefined && {
      path: "network.machines",
      wanted: "a network that this computer has no part in",
      found: `${needs.machines} beside ${met.name} (${met.cidr})`,
      fix: "Set another in the site file, or remove the other site: ./barecast down",
    },
  ];
  return problems.filter((problem): problem is Problem => Boolean(problem));
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a < major || (a === major && b < minor);
}

/** Whether somebody listens already; a refusal to bind says so without any traffic. */
export function isTaken(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen(port, address, () => server.close(() => resolve(false)));
  });
}

/** @throws UserError `check` with every problem together. */
export function refuseWith(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError("check", problems.map(textOf).join("\n"), 3);
}
