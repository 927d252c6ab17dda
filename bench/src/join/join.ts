import { setTimeout as delay } from "node:timers/promises";
import {
  awaitPicture,
  goLive,
  openConsole,
  openReporter,
  phoneClip,
  picture,
  stop,
  tile,
  turnTo,
  until,
  type Browser,
} from "@barecast/e2e";
import type { Page } from "playwright-core";
import { firstAddress } from "../address";
import { loadText } from "../load";
import { median, percentile, spread } from "../numbers";
import type { Figure } from "../report";
import { runningSite, withBrowsers, type RunningSite } from "../site";
import { byTurns } from "../turns";
import { openControl } from "./control";
import { Kurento } from "./kurento";
import { measureJoin, type JoinOrder } from "./measure";
import { serveMinimalPage } from "./minimalPage";

const pairs = 30;
/** The first ones load code, fill caches and warm compilers up: on both sides they don't count. */
const warmUps = 2;
/** From one join to the next at least, so that each has to ask for a key frame of its own: media servers and browsers answer them at most each 300 ms. */
const apartMs = 1000;

type SideName = "stack" | "own";
type Times = Readonly<Record<SideName, readonly number[]>>;

/** A page that joins and leaves the same stream, again and again. */
interface Side {
  readonly page: Page;
  readonly order: JoinOrder;
  leave(): Promise<void>;
}

/**
 * Click to first decoded frame: the signed-in console of the running site (its Live tab is clicked, and the wall's tile joins, through Traefik,
 * with TURN), and a page that does the least, with the same publisher, media server and browser. By turns.
 */
export async function join(): Promise<Figure[]> {
  const running = await runningSite();
  const control = await openControl(running);
  const kurento = await Kurento.connect(control.url);
  try {
    return await withBrowsers(running, [{ camera: phoneClip }, {}], (phone, desk) =>
      withPublisher(running, kurento, phone!, (title, pipeline) => compare(running, kurento, desk!, title, pipeline)),
    );
  } finally {
    kurento.close();
    control.close();
  }
}

/** Publishes from a phone for as long as `act` runs, and finds its pipeline. */
async function withPublisher<T>(
  { site }: RunningSite,
  kurento: Kurento,
  phone: Browser,
  act: (title: string, pipeline: string) => Promise<T>,
): Promise<T> {
  const before = await kurento.pipelineIds();
  const title = `Bench ${Date.now()}`;
  const reporter = await openReporter(phone, site);
  await goLive(reporter, title);
  try {
    const fresh = (await kurento.pipelineIds()).filter((id) => !before.includes(id));
    if (fresh.length !== 1)
      throw new Error(`Expected one new pipeline for "${title}", found ${fresh.length}. Nothing else may publish meanwhile`);
    return await act(title, fresh[0]!);
  } finally {
    await stop(reporter);
  }
}

async function compare({ site }: RunningSite, kurento: Kurento, desk: Browser, title: string, pipeline: string): Promise<Figure[]> {
  const objects = await kurento.childIds(pipeline);
  const source = objects.find((id) => id.endsWith("WebRtcEndpoint"));
  if (!source) throw new Error(`Expected the publisher's endpoint in ${pipeline}, found ${objects.join(", ")}`);
  const minimal = await serveMinimalPage(await kurento.find(pipeline), await kurento.find(source));
  try {
    const sides = { stack: await consoleSide(desk, site, title), own: await minimalSide(desk, minimal.port) };
    const leave = async (side: Side) => {
      await side.leave();
      await released(kurento, pipeline, objects.length);
    };
    await leave(sides.stack);
    const times = await byTurns(["stack", "own"], pairs, (name) => joinOnce(sides[name], leave), warmUps);
    const hops: number[] = [];
    while (hops.length < 21) hops.push(await kurento.roundTripMs());
    return figures(times, median(hops));
  } finally {
    minimal.close();
  }
}

/** One join, which is left again; the next one comes `apartMs` later at least. @returns milliseconds */
async function joinOnce(side: Side, leave: (side: Side) => Promise<void>): Promise<number> {
  const tookMs = await measureJoin(side.page, side.order);
  const over = delay(apartMs);
  await leave(side);
  await over;
  return tookMs;
}

/** Waits until a pipeline holds no more than it did: the next join finds everything as the last one did. */
function released(kurento: Kurento, pipeline: string, objects: number): Promise<void> {
  const check = async () => {
    const more = (await kurento.childIds(pipeline)).length - objects;
    return more === 0 ? null : `${more} objects more than before`;
  };
  return until("The viewer's endpoint is released", check, { withinMs: 10_000, everyMs: 50 });
}

async function consoleSide(desk: Browser, site: RunningSite["site"], title: string): Promise<Side> {
  const page = await openConsole(desk, site);
  await awaitPicture(page, title);
  const tiles = await page.locator('[data-testid="tile"]').count();
  if (tiles !== 1) throw new Error(`Expected one stream on the wall, found ${tiles}. Stop the others, and run it again`);
  return {
    page,
    order: { button: 'nav[aria-label="Views"] button:first-of-type', video: picture(title) },
    async leave() {
      await turnTo(page, "Recordings");
      await page.waitForSelector(tile(title), { state: "detached" });
    },
  };
}

async function minimalSide(desk: Browser, port: number): Promise<Side> {
  const page = await desk.newPage();
  await page.goto(`http://${firstAddress()}:${port}/`);
  return { page, order: { button: "#join", video: "video" }, leave: () => page.click("#leave") };
}

function figures({ stack, own }: Times, hopMs: number): Figure[] {
  const [ours, base] = [median(stack), median(own)];
  const p95 = percentile(stack, 0.95);
  return [
    {
      name: "join: console / minimal page, click to first decoded frame, medians",
      value: ours / base,
      unit: "",
      reach: { atMost: 1.3 },
      detail:
        `${Math.round(ours)} ms (${spread(stack)}) / ${Math.round(base)} ms (${spread(own)}); ${pairs} pairs by turns, joins ${apartMs} ms apart; ` +
        `the minimal page reaches the control port by SSH, ${hopMs.toFixed(1)} ms a request; ${loadText()}`,
    },
    {
      name: "join: the console's 95th percentile / its median",
      value: p95 / ours,
      unit: "",
      reach: { atMost: 2 },
      detail: `${Math.round(p95)} ms / ${Math.round(ours)} ms; the minimal page's: ${(percentile(own, 0.95) / base).toFixed(2)}`,
    },
  ];
}
