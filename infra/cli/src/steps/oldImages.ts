import { sshProblem } from "@barecast/ansible";
import type { Host } from "@barecast/site";
import { imageTable, registryOf } from "@barecast/stack";
import type { Context } from "../context";
import { answerOf, lastWords, ofSsh, onHost, type Answer } from "./manager";

/** What a host holds no longer, of its Docker and of the registry; and why not all that it should. */
export interface Removed {
  readonly host: string;
  /** As `<name>@<digest>`. */
  readonly images: readonly string[];
  readonly problem?: string;
}

/** For a host with much to remove, on a slow disk. What runs in the registry ends before. */
const within = { hostMs: 300_000, registryS: 240 };

/** Prints the images of all services of the swarm, one a line: what runs, and what Docker would roll back to. */
const printUsed = `set -e
services=$(docker service ls --quiet)
[ -z "$services" ] || docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}
{{with .PreviousSpec}}{{.TaskTemplate.ContainerSpec.Image}}{{end}}' $services
`;

/**
 * Removes from all hosts, and from the site's registry, the images that no service runs nor would be rolled back to: else each version of the
 * site stays on their disks. Containers of such an image that do not run, which Swarm keeps for their logs, go with it. Images of others are not
 * looked at. What has begun on a host is waited for, also after Ctrl-C: the next `up` must not bring images meanwhile.
 * @param current `<name>@<digest>` of the images that this version has, used or not: `up` takes them for being there
 * @returns what went, of hosts where something went or should have
 * @throws UserError `site.silent` when no manager says what is used
 */
export async function removeOldImages(context: Context, current: readonly string[]): Promise<Removed[]> {
  const { hosts } = context.site;
  const registry = registryOf(context.site);
  const managers = hosts.filter(({ roles }) => roles.includes("manager"));
  const used = usedOf(await answerOf(context, managers, printUsed), registry);
  // Then nobody has said what is used.
  if (used.length === 0) return [];
  const kept = [...new Set([...used, ...current])].sort();
  const remove = async (host: Host) => {
    const script = removal(registry, kept, host === managers[0]);
    return removedBy(await onHost({ place: context.place, signal: new AbortController().signal }, host, script, within.hostMs));
  };
  const all = await Promise.all(hosts.map(remove));
  return all.filter(({ images, problem }) => images.length > 0 || problem !== undefined);
}

function removedBy(answer: Answer): Removed {
  const { host, code, stdout, stderr } = answer;
  const images = [...new Set(stdout.split("\n").filter(Boolean))].sort();
  const found = lastWords(answer, `no end within ${within.hostMs / 1000} s`)
    .split("\n")
    .at(-1);
  const problem = code === ofSsh ? sshProblem(host.name, stderr) : `hosts.${host.name}: Expected its old images to go, found: ${found}`;
  return { host: host.name, images, ...(code === 0 ? {} : { problem }) };
}

/** `<name>@<digest>` of the images that are of a registry, each once. Pure. @param printed a reference a line */
export function usedOf(printed: string, registry: string): string[] {
  const ours = printed.split("\n").filter((image) => image.startsWith(`${registry}/`));
  const names = ours.flatMap((image) => {
    const [, name, digest] = /^([a-z0-9-]+)(?::[^@]*)?(@sha256:[0-9a-f]{64})$/.exec(image.slice(registry.length + 1)) ?? [];
    return name === undefined ? [] : [`${name}${digest}`];
  });
  return [...new Set(names)].sort();
}

/** In both scripts: $kept is a name a line, with a line's end before each. */
const isKept = `is_kept() { case "$kept" in *"
$1
"*) return 0 ;; esac; return 1; }`;

/** POSIX sh: removes what is not kept from a host's Docker, and from the registry where it is on that host; prints what went. Pure. */
export const removal = (registry: string, kept: readonly string[], hasRegistry: boolean): string => `kept='
${kept.join("\n")}
'
${isKept}
images=$(docker image ls --digests --format '{{.Repository}}@{{.Digest}}') || exit 1
failed=0
for image in $(printf '%s\\n' "$images" | sort -u); do
  name=\${image#${registry}/}
  case $image in ${registry}/*@sha256:*) ! is_kept "$name" || continue ;; *) continue ;; esac
  docker ps --all --quiet --filter status=created --filter status=exited --filter status=dead --filter "ancestor=$image" |
    xargs -r docker rm --volumes >/dev/null
  docker image rm "$image" >/dev/null && echo "$name" || failed=1
done
${hasRegistry ? `docker exec -i barecast-registry sh -s -- "$kept" <<'END' || failed=1\n${fromRegistry}END\n` : ""}exit $failed
`;

const { config, data } = imageTable.registry.paths as { config: string; data: string };
/**
 * In the registry: a manifest's folder is what its API's DELETE removes; the program's own garbage collection takes the layers that no other
 * manifest names. It is run again where it did not come to its end. It must not run while somebody pushes: an `up` does that, one at a time.
 */
const fromRegistry = `kept=$1
${isKept}
cd ${data}/docker/registry/v2/repositories || exit 1
mark=${data}/garbage
for link in */_manifests/revisions/sha256/*/link; do
  [ -e "$link" ] || continue
  folder=\${link%/link}
  name=\${link%%/*}@sha256:\${folder##*/}
  ! is_kept "$name" || continue
  : >"$mark" && rm -r "$folder" && echo "$name" || exit 1
done
[ ! -e "$mark" ] || { timeout ${within.registryS} registry garbage-collect ${config} >/dev/null && rm "$mark"; }
`;
