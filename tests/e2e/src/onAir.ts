import type { Page } from "playwright-core";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "./pages";
import { rowsOf, type Row } from "./rows";
import type { Scene } from "./scene";
import { until } from "./until";
import { liveProblem } from "./watch";

/** A phone's stream and a console that shows it: pages that are left open while services become other ones. Nobody touches them. */
export interface OnAir {
  readonly wall: Page;
  /** The stream that the wall shows under the title, once it is one: after a loss there are two for some seconds, the lost one and the next. */
  id(): Promise<string>;
  /** Waits for another stream of the same title, alone, and judges that its picture moves. @throws Error with what was seen last */
  awaitAnother(than: string, withinMs: number): Promise<void>;
  /** How the rows of a stream ended, or {@link open}. */
  ends(className: "Stream" | "Recording", streamId: string): Promise<Row[]>;
}

/** A row of what goes on. */
export const open: Row = { reason: undefined, hasEnded: false };

/** Publishes by a phone and shows it at a desk. */
export async function onAir(scene: Scene, title: string): Promise<OnAir> {
  await goLive(await openReporter(await scene.phone(), scene.site), title);
  const wall = await openConsole(await scene.desk(), scene.site);
  await awaitPicture(wall, title);
  const ids = () => wall.locator(picture(title)).evaluateAll((videos) => videos.map((video) => video.getAttribute("data-stream-id")));
  /** Waits until there is one. */
  const theOnly = async (what: string, isWanted: (id: string) => boolean, withinMs: number) => {
    let found: (string | null)[] = [];
    const missing = async () => {
      found = await ids();
      const [first] = found;
      return found.length === 1 && first && isWanted(first) ? null : `The wall shows ${JSON.stringify(found)}`;
    };
    await until(what, missing, { withinMs });
    return found[0]!;
  };
  return {
    wall,
    id: () => theOnly(`One stream "${title}"`, () => true, 60_000),
    async awaitAnother(than, withinMs) {
      await theOnly(`Another stream "${title}" than ${than}`, (id) => id !== than, withinMs);
      await awaitPicture(wall, title);
      const problem = await liveProblem(wall, picture(title));
      if (problem !== null) throw new Error(problem);
    },
    ends: async (className, streamId) =>
      (await rowsOf(wall, className, { streamId })).map(({ reason, endedAt }) => ({ reason, hasEnded: endedAt !== undefined })),
  };
}
