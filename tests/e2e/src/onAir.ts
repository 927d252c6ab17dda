import type { Page } from "playwright-core";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "./pages";
import { rowsOf, type Row } from "./rows";
import type { Scene } from "./scene";
import { until } from "./until";
import { liveProblem } from "./watch";

/** A phone's stream and a console that shows it: pages that are left open while services become other ones. Nobody touches them. */
export interface OnAir {
  readonly wall: Page;
  /** The stream that the wall shows under the title now; null: none. */
  id(): Promise<string | null>;
  /** Waits for another stream of the same title, and judges that its picture moves. @throws Error with what was seen last */
  awaitAnother(than: string | null, withinMs: number): Promise<void>;
  /** How the rows of a stream ended, or {@link open}. */
  ends(className: "Stream" | "Recording", streamId: string | null): Promise<Row[]>;
}

/** A row of what goes on. */
export const open: Row = { reason: undefined, hasEnded: false };

/** Publishes by a phone and shows it at a desk. */
export async function onAir(scene: Scene, title: string): Promise<OnAir> {
  await goLive(await openReporter(await scene.phone(), scene.site), title);
  const wall = await openConsole(await scene.desk(), scene.site);
  await awaitPicture(wall, title);
  const id = () => wall.getAttribute(picture(title), "data-stream-id", { timeout: 1000 });
  return {
    wall,
    id,
    async awaitAnother(than, withinMs) {
      await until("The phone publishes again", async () => ((await id()) === than ? `Still the stream ${than}` : null), { withinMs });
      await awaitPicture(wall, title);
      const problem = await liveProblem(wall, picture(title));
      if (problem !== null) throw new Error(problem);
    },
    ends: async (className, streamId) =>
      (await rowsOf(wall, className, { streamId })).map(({ reason, endedAt }) => ({ reason, hasEnded: endedAt !== undefined })),
  };
}
