import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildImages, loadIntoDocker, unpinned, type BuiltImage } from "@barecast/images";
import { siteImages, type ImageName } from "@barecast/stack";
import { seconds } from "../progress";
import type { Context } from "../context";

/** What was built, and where the digests stand for the Pulumi program. */
export interface Built {
  readonly images: Readonly<Partial<Record<ImageName, BuiltImage>>>;
  readonly digestsFile: string;
}

/** Images of this site: those that its hosts run, and those of its machines. */
export function imagesOf({ site }: Pick<Context, "site">): ImageName[] {
  const machines = site.hosts.flatMap(({ machine }) => (machine ? [machine.baked ? "machine-baked" : "machine"] : [])) as ImageName[];
  return [...siteImages(site), ...new Set(machines)];
}

/** Builds what is not built, and writes the digests. The file is written only when it differs. */
export async function build(context: Context): Promise<Built> {
  return context.progress.step("Images", async (note) => {
    let made = 0;
    const names = imagesOf(context);
    const images = await buildImages({
      source: context.site.images,
      names,
      ...sharedEngine(context),
      cache: context.cache,
      onProgress: ({ image, phase, tookMs }) => {
        if (phase === "start") return;
        made += 1;
        context.progress.line(`${image.padEnd(30)} ${seconds(tookMs ?? 0)}`);
      },
    });
    const byTag = context.site.images === "upstream" && made > 0 ? unpinned(names) : [];
    if (byTag.length > 0)
      context.progress.line(`without a digest, taken by tag as they are now: ${byTag.join(", ")}. Pin them: ./barecast images pin`);
    note(made === 0 ? `${names.length}, all built` : `${made} built`);
    const digestsFile = path.join(context.place.state, "digests.json");
    const digests = Object.fromEntries(siteImages(context.site).map((name) => [name, images[name]!.digest]));
    writeIfOther(digestsFile, `${JSON.stringify(digests, null, 2)}\n`);
    return { images, digestsFile };
  });
}

/** How to wait for other checkouts, with which this computer's engine is shared. */
export const sharedEngine = ({ project, progress, signal }: Context) => ({
  project,
  signal,
  onWait: (holder: string) => progress.line(`waits for ${holder}`),
});

/** Machine images go into the local engine. */
export async function loadMachineImages(context: Context, { images }: Built): Promise<void> {
  const machines = imagesOf(context).filter((name) => name.startsWith("machine"));
  await Promise.all(machines.map((name) => loadIntoDocker(images[name]!)));
}

export function writeIfOther(file: string, text: string, mode = 0o600): void {
  try {
    if (readFileSync(file, "utf8") === text) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode });
}
