import type { Page } from "playwright-core";
import type { Login } from "./barecast";
import type { Browser } from "./browser";
import type { SiteUnderTest } from "./site";
import { until } from "./until";

const at = (id: string) => `[data-testid="${id}"]`;

/** Signs in on whichever page is open, as a person does. */
export async function signIn(page: Page, { username, password }: Login): Promise<void> {
  await page.fill(at("login-username"), username);
  await page.fill(at("login-password"), password);
  await page.click(at("login-submit"));
}

/** The reporter's page, signed in, with the camera on. */
export async function openReporter(browser: Browser, site: SiteUnderTest): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(`(${keepPeers})()`);
  await page.goto(`${site.origin}/report/`);
  await signIn(page, site.up.reporter);
  await page.waitForSelector(`${at("go-live")}:enabled`);
  return page;
}

/** Publishes under a title; ends when the page says that it is live. */
export async function goLive(page: Page, title: string): Promise<void> {
  await page.fill(at("stream-title"), title);
  await page.click(at("go-live"));
  const said = async () => `${await page.textContent(at("state"))} ${(await page.textContent(at("error"))) ?? ""}`.trim();
  await until(`"${title}" goes live`, async () => ((await page.getAttribute(at("state"), "data-state")) === "live" ? null : said()), {
    withinMs: 90_000,
  });
}

/** Runs in the page before its own programs: keeps its peer connections at hand for {@link pathOf}. Self-contained. */
function keepPeers(): void {
  const kept: RTCPeerConnection[] = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      kept.push(this);
    }
  };
  Object.assign(globalThis, { kept });
}

/** How a page's packets leave it: the local candidate of the pair that ICE chose (webrtc-stats, RTCIceCandidateStats). */
interface Path {
  readonly candidateType: string;
  /** Between the page and its TURN server; absent where there is none in between. */
  readonly relayProtocol?: string;
}

/** Runs in the page: of the newest peer connection. Self-contained. */
async function chosenPath(): Promise<Path | string> {
  const peer = (globalThis as unknown as { kept: RTCPeerConnection[] }).kept.at(-1);
  const stats = new Map<string, Record<string, string>>(await peer?.getStats());
  const transport = [...stats.values()].find(({ type }) => type === "transport");
  const local = stats.get(stats.get(transport?.["selectedCandidatePairId"] ?? "")?.["localCandidateId"] ?? "");
  return local
    ? { candidateType: local["candidateType"]!, relayProtocol: local["relayProtocol"] }
    : `No pair is chosen of ${stats.size} stats`;
}

/** The path of a reporter's stream. @throws Error when there is none yet */
export async function pathOf(page: Page): Promise<Path> {
  const path = (await page.evaluate(`(${chosenPath})()`)) as Path | string;
  if (typeof path === "string") throw new Error(path);
  return path;
}

export const stop = (page: Page) => page.click(at("stop"));

/** The reporter's own picture. */
export const preview = at("preview");

/** The control room, signed in. */
export async function openConsole(browser: Browser, site: SiteUnderTest, login: Login = site.up.operator): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/`);
  await signIn(page, login);
  await page.waitForSelector(at("wall"));
  return page;
}

/** Selector of a stream's tile, by title, and of its picture. */
export const tile = (title: string) => `${at("tile")}[aria-label="${title}"]`;
export const picture = (title: string) => `${tile(title)} video`;

/** Waits until a tile shows its first picture. @throws Error with what the tile says instead */
export async function awaitPicture(page: Page, title: string, withinMs = 90_000): Promise<void> {
  await until(
    `The picture of "${title}"`,
    async () => {
      const found = page.locator(tile(title));
      if ((await found.count()) === 0) return `No tile; the wall says "${(await page.textContent(at("wall")))?.trim() ?? ""}"`;
      const hasPicture = await page
        .locator(picture(title))
        .evaluate((video: HTMLVideoElement) => video.readyState >= 2 && video.videoWidth > 0);
      return hasPicture ? null : `The tile says "${(await found.innerText()).replace(/\s+/g, " ")}"`;
    },
    { withinMs },
  );
}

/** Turns to one of the control room's views. */
export const turnTo = (page: Page, tab: "Live" | "Recordings") =>
  page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: tab }).click();

/** Chooses the recording of a title in the list, waits for its player. @returns the player's selector */
export async function openRecording(page: Page, title: string, withinMs = 90_000): Promise<string> {
  await turnTo(page, "Recordings");
  const entry = page.locator(at("recording")).filter({ hasText: title }).filter({ hasNotText: "recording now" });
  await until(
    `The recording of "${title}"`,
    async () => {
      await page.getByRole("button", { name: "Refresh" }).click();
      const list = (await page.locator(at("recordings")).innerText()).replace(/\s+/g, " ");
      return (await entry.count()) > 0 ? null : `The list says "${list.slice(0, 300)}"`;
    },
    { withinMs, everyMs: 1000 },
  );
  await entry.first().click();
  const player = at("playback");
  await until(
    `The player of "${title}"`,
    () =>
      page
        .locator(player)
        .evaluate((video: HTMLVideoElement) =>
          video.readyState >= 2 ? null : `readyState ${video.readyState}, error ${video.error?.message ?? "none"}`,
        ),
    { withinMs },
  );
  return player;
}

/** Seeks a player, and waits until the picture there is shown. @returns its position then, seconds */
export async function seek(page: Page, player: string, seconds: number): Promise<number> {
  await page.locator(player).evaluate(async (video: HTMLVideoElement, to) => {
    video.pause();
    const seeked = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
    video.currentTime = to;
    await seeked;
  }, seconds);
  return page.locator(player).evaluate((video: HTMLVideoElement) => video.currentTime);
}
