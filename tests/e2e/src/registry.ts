import type { SiteMachine } from "./site";

/** What a site's registry has on its disk. */
export interface RegistryContent {
  /** Manifests, as `<name>@<digest>`, in order. */
  readonly images: readonly string[];
  /** Digests that one of these names, and that are not there: it can't be pulled. */
  readonly lacking: readonly string[];
  /** Digests that are there, and that none of these names. */
  readonly garbage: readonly string[];
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** Prints each blob's digest, an empty line, and each manifest with its name and digest before it. */
const script = `set -e
cd /var/lib/barecast/registry/docker/registry/v2
find blobs -name data | sed 's#blobs/\\(.*\\)/../\\(.*\\)/data#\\1:\\2#'
echo
for link in repositories/*/_manifests/revisions/sha256/*/link; do
  digest=$(cat "$link")
  hex=\${digest#sha256:}
  echo "$(echo "$link" | cut -d/ -f2)@$digest $(tr -d '\\n' <"blobs/sha256/$(echo "$hex" | cut -c1-2)/$hex/data")"
done`;

export const registryContent = async (machine: SiteMachine): Promise<RegistryContent> =>
  contentOf(await machine.inside("sh", "-c", script));

/** Reads what the script prints. Pure. */
export function contentOf(printed: string): RegistryContent {
  const [blobs = [], manifests = []] = printed.split("\n\n").map((part) => part.split("\n").filter(Boolean));
  const images = manifests.map((line) => {
    const at = line.indexOf(" ");
    const name = line.slice(0, at);
    const { config, layers } = JSON.parse(line.slice(at)) as Manifest;
    return { name, digests: [name.split("@")[1]!, config.digest, ...layers.map(({ digest }) => digest)] };
  });
  const named = new Set(images.flatMap(({ digests }) => digests));
  return {
    images: images.map(({ name }) => name).sort(),
    lacking: [...named].filter((digest) => !blobs.includes(digest)).sort(),
    garbage: blobs.filter((digest) => !named.has(digest)).sort(),
  };
}
