import { exclusively, type StoryKind } from "./exclusively";
import { removeOutside, removeSites } from "./leftovers";
import { isOwnSite, isSitelessSite, trioSite } from "./siteFile";

/** The stories of a kind that run one after the other, beside those of other kinds. */
export class Run {
  /** Gives the lock back. Jest's global setup and teardown are in one process. */
  private giveBack?: () => Promise<void>;

  /** @param removeLeft takes away what killed ones have left, and names it */
  constructor(
    private readonly kind: StoryKind,
    private readonly removeLeft: () => Promise<string[]>,
  ) {}

  /**
   * Before the first story: nobody else's of the kind are at work on this computer, and what killed ones left is gone.
   * @throws Error who else is at work
   */
  async begin(): Promise<void> {
    this.giveBack = await exclusively(this.kind);
    const removed = await this.removeLeft();
    if (removed.length > 0) console.warn(`Removed what killed stories had left: ${removed.join(", ")}`);
  }

  /** After the last. */
  async end(): Promise<void> {
    await this.giveBack?.();
  }
}

/** First what may stand in the sites' networks. */
export const removeAll = async (isTheirs: (site: string) => boolean) => [...(await removeOutside()), ...(await removeSites(isTheirs))];

// Lanes begin with those that take away what stands outside of sites: later the story of leftovers is at work.
export const sitelessRun = new Run("siteless", () => removeSites(isSitelessSite));
export const deployRun = new Run("deploy", () => removeAll(isOwnSite));
export const trioRun = new Run("trio", () => removeAll((site) => site === trioSite));
