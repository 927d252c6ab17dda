import { exclusively } from "./exclusively";
import { removeOutside, removeSites } from "./leftovers";
import { isOwnSite } from "./siteFile";

/** Gives the lock back: set by `beginDeploying`, for `endDeploying` in the same process. */
let end: (() => Promise<void>) | undefined;

/**
 * Before the first story on a site of its own: nobody else's are at work on this computer, and what killed ones left is gone.
 * @throws Error who else is at work
 */
export async function beginDeploying(): Promise<void> {
  end = await exclusively("deploy");
  // First what may stand in the sites' networks.
  const removed = [...(await removeOutside()), ...(await removeSites(isOwnSite))];
  if (removed.length > 0) console.warn(`Removed what killed stories had left: ${removed.join(", ")}`);
}

/** After the last. */
export async function endDeploying(): Promise<void> {
  await end?.();
}
