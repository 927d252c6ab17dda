import { exclusively, type Kind } from "./exclusively";
import { removeOutside, removeSites } from "./leftovers";
import { isOwnSite, isSitelessSite, trioSite } from "./siteFile";

/** The stories of a kind that run one after the other, beside those of other kinds. */
class Run {
  /** Gives the lock back. Jest's global setup and teardown are in one process. */
  private giveBack?: () => Promise<void>;

  /** @param isTheirs by a site's name: what killed ones have left */
  constructor(
    private readonly kind: Kind,
    private readonly isTheirs: (site: string) => boolean,
  ) {}

  /**
   * Before the first story: nobody else's of the kind are at work on this computer, and what killed ones left is gone.
   * @throws Error who else is at work
   */
  async begin(): Promise<void> {
    this.giveBack = await exclusively(this.kind);
    // First what may stand in the sites' networks.
    const removed = [...(await removeOutside()), ...(await removeSites(this.isTheirs))];
    if (removed.length > 0) console.warn(`Removed what killed stories had left: ${removed.join(", ")}`);
  }

  /** After the last. */
  async end(): Promise<void> {
    await this.giveBack?.();
  }
}

export const sitelessRun = new Run("siteless", isSitelessSite);
export const deployRun = new Run("deploy", isOwnSite);
export const trioRun = new Run("trio", (site) => site === trioSite);
