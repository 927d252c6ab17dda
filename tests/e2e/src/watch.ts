import type { Page } from "playwright-core";
import { cellLumas, columns, decodeCounter, rows, type Decoded } from "./counter";
import { judged } from "./judge";
import { live, type Liveness, type Reading } from "./reading";

interface Frame {
  readonly atMs: number;
  readonly wallMs: number;
  readonly lumas: readonly number[];
}
interface Order {
  readonly selector: string;
  readonly seconds: number;
  readonly columns: number;
  readonly rows: number;
}

/** Runs in the page: every picture that a video element presents during the time, as lumas of the counter's cells. Self-contained. */
function readFrames({ selector, seconds, columns, rows }: Order, lumasOf: typeof cellLumas): Promise<Frame[]> {
  const video = document.querySelector(selector);
  if (!(video instanceof HTMLVideoElement)) throw new Error(`Expected a video element at "${selector}", found ${video?.tagName ?? "none"}`);
  const canvas = document.createElement("canvas");
  canvas.width = 8 * columns;
  canvas.height = 8 * rows;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const frames: Frame[] = [];
  const began = performance.now();
  return new Promise((resolve) => {
    let isOver = false;
    const onFrame = (now: number) => {
      if (isOver) return;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      frames.push({ atMs: now - began, wallMs: Date.now(), lumas: lumasOf(data, canvas.width, canvas.height, columns, rows) });
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    setTimeout(() => {
      isOver = true;
      resolve(frames);
    }, seconds * 1000);
  });
}

/**
 * Reads the counter in every picture that the video at `selector` presents, for a time. A video without pictures gives none.
 * @throws Error when there is no video element
 */
export async function readCounter(page: Page, selector: string, seconds: number): Promise<Reading[]> {
  const order: Order = { selector, seconds, columns, rows };
  // As text: a page's own policy forbids it to make functions, and the protocol takes one function only.
  const frames = (await page.evaluate(`(${readFrames})(${JSON.stringify(order)}, ${cellLumas})`)) as Frame[];
  return frames.map(({ atMs, wallMs, lumas }) => ({ atMs, wallMs, decoded: decodeCounter(lumas) }));
}

/** Watches the video at `selector`, until it can be judged ({@link judged}). @returns why its picture is not live, or null */
export const liveProblem = async (page: Page, selector: string, wanted: Liveness = live): Promise<string | null> =>
  (await judged(wanted, async () => [await readCounter(page, selector, wanted.seconds)] as const)).problem;

/**
 * Watches the videos at `selectors` as long as something takes, in pieces, and one more when it is done.
 * @returns why their pictures were not live, piece by piece; nothing when they were
 */
export async function problemsDuring(page: Page, selectors: readonly string[], work: () => Promise<unknown>): Promise<string[]> {
  let isDone = false;
  const watching = (async () => {
    const problems: (string | null)[] = [];
    for (let isLast = false; !isLast;) {
      isLast = isDone;
      problems.push(...(await Promise.all(selectors.map((selector) => liveProblem(page, selector, { ...live, seconds: 5 })))));
    }
    return problems.filter((problem) => problem !== null);
  })();
  watching.catch(() => undefined); // told below, unless the work itself failed before
  await work().finally(() => (isDone = true));
  return watching;
}

/** Runs in the page: the picture that a video shows now. Self-contained. */
function readFrame({ selector, columns, rows }: Order, lumasOf: typeof cellLumas): number[] {
  const video = document.querySelector(selector);
  if (!(video instanceof HTMLVideoElement)) throw new Error(`Expected a video element at "${selector}", found ${video?.tagName ?? "none"}`);
  const canvas = document.createElement("canvas");
  canvas.width = 8 * columns;
  canvas.height = 8 * rows;
  const context = canvas.getContext("2d")!;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return lumasOf(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height, columns, rows);
}

/** The counter in the picture that the video at `selector` shows now: of a player that stands still. */
export async function readStill(page: Page, selector: string): Promise<Decoded> {
  const order: Order = { selector, seconds: 0, columns, rows };
  return decodeCounter((await page.evaluate(`(${readFrame})(${JSON.stringify(order)}, ${cellLumas})`)) as number[]);
}

interface Another {
  readonly selector: string;
  /** The stream that it was. */
  readonly than: string;
  readonly withinMs: number;
}

/** Runs in the page: when a video among those at `selector`, of another stream than `than`, first presents a picture. Self-contained. */
function firstPictureOf({ selector, than, withinMs }: Another): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = new Set<HTMLVideoElement>();
    const endMs = Date.now() + withinMs;
    // Each one that comes: the first may be of a stream that is lost, too.
    const look = () => {
      for (const video of document.querySelectorAll<HTMLVideoElement>(selector)) {
        if (video.dataset["streamId"] === than || asked.has(video)) continue;
        asked.add(video);
        video.requestVideoFrameCallback(() => resolve(Date.now()));
      }
      if (Date.now() < endMs) setTimeout(look, 20);
      else
        reject(
          new Error(`No picture of another stream within ${withinMs} ms. The page says "${document.body.innerText.replace(/\s+/g, " ")}"`),
        );
    };
    look();
  });
}

/**
 * Waits for the first picture of another stream than `than` at `selector`.
 * @returns when it came, milliseconds of the computer's clock
 * @throws Error with what the page says when none comes
 */
export const anotherPicture = (page: Page, another: Another): Promise<number> =>
  page.evaluate(`(${firstPictureOf})(${JSON.stringify(another)})`) as Promise<number>;
