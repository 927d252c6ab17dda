import type { Page } from "playwright-core";

/** What is clicked, and the video that appears then (it may not be there before). CSS selectors. */
export interface JoinOrder {
  readonly button: string;
  readonly video: string;
}

const withinMs = 20_000;

/** Runs in the page: clicks, and waits for the first picture to be decoded and presented. Self-contained. @returns milliseconds */
function clickToFrame({ button, video }: JoinOrder, withinMs: number): Promise<number> {
  const found = document.querySelector<HTMLElement>(button);
  if (!found) throw new Error(`Expected something to click at ${button}, found nothing`);
  if (document.querySelector(video)) throw new Error(`Expected no video at ${video} before the click, found one`);
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const watch = () => {
      const element = document.querySelector<HTMLVideoElement>(video);
      if (!element) return;
      observer.disconnect();
      element.requestVideoFrameCallback(() => {
        clearTimeout(timer);
        resolve(performance.now() - began);
      });
    };
    const observer = new MutationObserver(watch);
    observer.observe(document, { childList: true, subtree: true });
    const timer = setTimeout(() => reject(new Error(`No picture at ${video} within ${withinMs / 1000} s`)), withinMs);
    found.click();
    watch();
  });
}

/** Milliseconds from the click to the first decoded frame, by the page's own clock. @throws Error when none comes */
export async function measureJoin(page: Page, order: JoinOrder): Promise<number> {
  await page.bringToFront();
  // As text: the console's policy forbids pages to make functions.
  return page.evaluate<number>(`(${clickToFrame})(${JSON.stringify(order)}, ${withinMs})`);
}
