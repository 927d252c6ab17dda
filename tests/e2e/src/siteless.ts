import { exclusively } from "./exclusively";
import { removeSites } from "./leftovers";
import { isSitelessSite } from "./siteFile";

/** Gives the lock back: set by `beginSiteless`, for `endSiteless` in the same process. */
let end: (() => Promise<void>) | undefined;

/**
 * Before the first story that needs no site: nobody else's are at work on this computer, and what killed ones left is gone.
 * @throws Error who else is at work
 */
export async function beginSiteless(): Promise<void> {
  end = await exclusively("siteless");
  const removed = await removeSites(isSitelessSite);
  if (removed.length > 0) console.warn(`Removed what killed stories had left: ${removed.join(", ")}`);
}

/** After the last. */
export async function endSiteless(): Promise<void> {
  await end?.();
}
