import { engineProblem } from "@barecast/machines";
import { overlap, textOf, UserError, type Problem } from "@barecast/site";
import type { Computer, Disk } from "./look";

/**
 * Free bytes wanted by what is written there: `cold` for a build from nothing, `warm` for a start from built images. An empty cache grows to
 * 8 GB and Docker to 4 GB; a site's machine holds its images once more.
 */
const wantedBytes = { cold: { cache: 9e9, docker: 6e9 }, warm: { cache: 1e9, docker: 3e9 } } as const;

/** What the site asks of the computer. `machines`: their network; null: the site has none. */
export interface Needs {
  readonly isCold: boolean;
  readonly machines: string | null;
}

/** What stands in the way, as problems in the operator's words. Pure. */
export function problemsOf(computer: Computer, needs: Needs): Problem[] {
  const engine = computer.engine ?? (computer.daemonVersion === null ? null : installed(computer.daemonVersion));
  const problems: (Problem | false | null)[] = [
    !computer.isRoot && {
      path: "user",
      wanted: "root",
      found: "another user",
      fix: computer.hasSudo ? "Type sudo before the same command" : "Run it as root: there is no sudo here",
    },
    computer.missing.length > 0 &&
      !computer.hasApt && {
        path: "programs",
        wanted: computer.missing.join(", "),
        found: "none of them, and no apt-get to install them",
        fix: "Install them by hand: Debian and Ubuntu are done for you",
      },
    engine && engineProblem(engine),
    ...diskProblems(computer.disks, wantedBytes[needs.isCold ? "cold" : "warm"]),
    networkProblem(computer.networks, needs.machines),
    computer.portProblem,
  ];
  return problems.filter((problem): problem is Problem => Boolean(problem));
}

/** A daemon that is installed and will be started. */
const installed = (version: string) => ({ version, os: "linux", securityOptions: [] });

/** What lies on one file system is wanted of it together. */
function diskProblems(disks: readonly Disk[], wanted: Readonly<Record<Disk["what"], number>>): Problem[] {
  const devices = [...new Set(disks.map(({ device }) => device))].map((device) => disks.filter((disk) => disk.device === device));
  return devices.flatMap((together) => {
    const bytes = together.reduce((sum, { what }) => sum + wanted[what], 0);
    const { freeBytes } = together[0]!;
    if (freeBytes >= bytes) return [];
    return {
      path: "disk",
      wanted: `${bytes / 1e9} GB free for ${together.map(({ folder }) => folder).join(" and ")}`,
      found: `${(freeBytes / 1e9).toFixed(1)} GB`,
      fix: together.some(({ what }) => what === "docker")
        ? "Make room; `docker system df` tells what Docker holds"
        : "Make room, or name a folder on another disk: BARECAST_CACHE=<folder>",
    };
  });
}

function networkProblem(networks: Computer["networks"], machines: string | null): Problem | null {
  const met = networks.find(({ cidr }) => machines !== null && overlap(cidr, machines));
  if (!met) return null;
  return {
    path: "network.machines",
    wanted: "a network that this computer has no part in",
    found: `${machines} beside ${met.name} (${met.cidr})`,
    fix: "Set another in the site file, or remove the other site: ./barecast down",
  };
}

/** @throws UserError `check` with every problem together. */
export function refuseWith(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UserError("check", problems.map(textOf).join("\n"), 3);
}
