import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { removeImages } from "@barecast/images";
import { removeMachines } from "@barecast/machines";
import { UserError } from "@barecast/site";
import { alone, type Context } from "../context";
import { sharedEngine } from "../steps/build";
import { leaveServers } from "../steps/leaveServers";
import { programs } from "../steps/programs";

/** What is left after `down`, for people to know. */
export interface DownResult {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  /** Whether the site's recordings and database went with its machines. */
  readonly hasLostData: boolean;
}

export interface DownOptions {
  /** Caches and the site's secrets, too; of servers the data. */
  readonly wipe: boolean;
  /** The site is taken off the operator's own servers, too. */
  readonly servers: boolean;
}

/**
 * Removes what `up` made. Keeps caches and the site's secrets, on servers recordings and database, and names them; `wipe` removes those, too.
 * Packages and Docker stay in either case.
 * @throws {UserError} `down.hosts` for a site with servers where `servers` is not said; AnsibleError where one of them can't be asked or fails: what
 *   is on this computer is still there then
 */
export const down = (context: Context, options: DownOptions): Promise<DownResult> =>
  alone(context, "down", () => takeDown(context, options));

async function takeDown(context: Context, { wipe, servers: isForServers }: DownOptions): Promise<DownResult> {
  const { site, place, progress } = context;
  const servers = site.hosts.filter(({ machine }) => !machine);
  if (servers.length > 0 && !isForServers) {
    throw new UserError(
      "down.hosts",
      `hosts.${servers[0]!.name}: Expected machines only, found a server of yours. Nothing was changed. To take the site off its servers, too: ` +
        "./barecast down --servers",
    );
  }
  const left = servers.length > 0 ? await leaveServers(context, servers, wipe) : { removed: [], kept: [] };
  const machines = await progress.step("Machines", () => removeMachines(site.name));
  const images = await progress.step("Images", () => removeImages({ ...sharedEngine(context), cache: context.cache }));
  const removed = [
    ...left.removed,
    ...machines.containers,
    ...machines.networks,
    ...machines.volumes,
    ...images.images,
    ...images.containers,
  ];
  const inUse = images.kept.map(({ ref, reason }) => `${ref}: ${reason}`);
  const secrets = path.basename(place.secrets);
  const kept = [
    [place.secrets, "the site's secrets: the next `up` has the same logins"],
    [place.ageKey, "the key that opens them"],
    [context.cache, "caches of packages, compilers and images"],
  ] as const;
  const wiped = wipe ? kept.map(([file]) => file).filter((file) => existsSync(file)) : [];
  for (const file of wiped) rmSync(file, { recursive: true });
  // The folder of all sites' keys, with the last of them; one that the operator named stays.
  const keys = path.dirname(place.ageKey);
  if (wipe && !process.env.BARECAST_AGE_KEY_FILE && existsSync(keys) && readdirSync(keys).length === 0) rmdirSync(keys);
  // Settings of the stack, which the Pulumi CLI writes beside its program.
  rmSync(path.join(context.project, "infra", "pulumi", `Pulumi.${site.name}.yaml`), { force: true });
  if (existsSync(place.state)) {
    for (const entry of readdirSync(place.state)) if (wipe || entry !== secrets) rmSync(path.join(place.state, entry), { recursive: true });
    if (wipe) {
      rmSync(place.state, { recursive: true });
      // The folder of all sites' states, with the last of them.
      const states = path.dirname(place.state);
      if (readdirSync(states).length === 0) rmdirSync(states);
    }
  }
  const packages = [...new Set(Object.values(programs))].join(", ");
  return {
    removed: [...removed, ...wiped],
    hasLostData: machines.volumes.length > 0,
    kept: [
      ...left.kept,
      ...inUse,
      ...kept.filter(([file]) => existsSync(file)).map(([file, what]) => `${file}: ${what}`),
      `Docker and the packages ${packages}`,
      `${path.join(context.project, ".tools")} and node_modules: Node, Ansible and npm packages of the project's own; dist in its folders: the program, compiled`,
    ],
  };
}

export const downText = ({ removed, kept, hasLostData }: DownResult): string =>
  [
    `Removed: ${removed.length === 0 ? "nothing was there" : removed.join(", ")}`,
    ...(hasLostData ? ["With the machine went the site's recordings and database"] : []),
    ...(kept.length > 0 ? ["Kept:", ...kept.map((text) => `  ${text}`)] : []),
  ].join("\n");
