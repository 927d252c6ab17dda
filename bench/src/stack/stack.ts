import path from "node:path";
import { docker } from "@barecast/e2e";
import { forwarded } from "../forward/forwarded";
import type { LoadAnswer, LoadOptions, WayOptions } from "../forward/messages";
import { loadText } from "../load";
import { median, spread } from "../numbers";
import { answerOf, listening, perCpuSecond, withProcesses } from "../processes";
import type { Figure } from "../report";
import { runningSite, type RunningSite } from "../site";
import { byTurns } from "../turns";
import { containerCpu } from "./containerCpu";

const viewers = 8;
const sending = { packetsPerSecond: 500, seconds: 10 };
const rounds = 4;

/** What was measured of one round, packets per CPU-second: of all of the site's machine, of the media server's container, of coturn's. */
interface Round {
  readonly machine: number;
  readonly media: number;
  readonly coturn: number;
}

/**
 * Packets forwarded per CPU-second: the site that is up, joined as the pages join it, against the same media server alone, by turns; and what
 * coturn's relaying of the same packets costs. A packet counts when it came to a viewer. The site's CPU time is that of its machine: all
 * containers, its Docker, its kernel's work for them.
 * @throws Error when packets were lost on the way, or the site is not up
 */
export async function stack(): Promise<Figure[]> {
  const running = await runningSite();
  return withProcesses(path.join(__dirname, "../forward"), async (start) => {
    const bare = start("pocketServer.js");
    const site = wayOf(running);
    const ways = {
      stack: { ...site, isRelayed: false },
      relayed: { ...site, isRelayed: true },
      bare: { way: "pocket", port: await listening(bare) },
    } as const;
    const load = start("load.js", { ways, viewers } satisfies LoadOptions);
    await answerOf<LoadAnswer, "joined">(load, "joined");
    const ofSite: Record<"stack" | "relayed", Round[]> = { stack: [], relayed: [] };
    const measureSite = async (name: "stack" | "relayed") => {
      const round = await measured(running, () => forwarded(load, name, sending, viewers));
      ofSite[name].push(round);
      return round.machine;
    };
    const measureBare = () => perCpuSecond(bare, () => forwarded(load, "bare", sending, viewers));
    const rates = await byTurns(["stack", "bare"], rounds, (name) => (name === "bare" ? measureBare() : measureSite(name)));
    for (let round = 0; round < rounds; round++) await measureSite("relayed");
    return figures(rates, ofSite);
  });
}

function wayOf({ site }: RunningSite): Extract<WayOptions, { way: "site" }> {
  const { domain, ca } = site.about;
  const endpoint = { domain, ca, address: site.up.machineAddress, port: site.up.port };
  return { way: "site", endpoint, account: site.up.admin, isRelayed: false };
}

/** The machine is read last before and first after: asking for containers inside of it costs it something. */
async function measured(running: RunningSite, act: () => Promise<number>): Promise<Round> {
  const machine = async () => (await stats(running)) / 1e9;
  const inside = () => Promise.all([containerCpu(running, `media-${running.host.name}`), containerCpu(running, "coturn")]);
  const before = { inside: await inside(), machine: await machine() };
  const packets = await act();
  const after = { machine: await machine(), inside: await inside() };
  const [media, coturn] = after.inside.map((seconds, index) => packets / (seconds - before.inside[index]!)) as [number, number];
  return { machine: packets / (after.machine - before.machine), media, coturn };
}

/** CPU time of the machine and all that runs in it, nanoseconds, as Docker accounts for it. */
async function stats({ site }: RunningSite): Promise<number> {
  const found = await docker.getContainer(site.about.machine).stats({ stream: false, "one-shot": true });
  return found.cpu_stats.cpu_usage.total_usage;
}

function figures(rates: Record<"stack" | "bare", number[]>, ofSite: Record<"stack" | "relayed", Round[]>): Figure[] {
  const [whole, bare] = [median(rates.stack), median(rates.bare)];
  const media = ofSite.stack.slice(1).map((round) => round.media);
  const coturn = ofSite.relayed.map((round) => round.coturn);
  const how = `${sending.packetsPerSecond} packets/s of 1200 bytes to ${viewers} viewers, ${sending.seconds} s a round; ${loadText()}`;
  return [
    {
      name: "forwarding: whole stack / bare media server, packets per CPU-second",
      value: whole / bare,
      unit: "",
      reach: { atLeast: 0.95 },
      detail:
        `medians ${Math.round(whole)} (${spread(rates.stack)}) / ${Math.round(bare)} (${spread(rates.bare)}), of the stack's media server alone ` +
        `${Math.round(median(media))}; ${rounds} rounds by turns; ${how}`,
    },
    {
      name: "forwarding: whole stack / coturn's relaying, packets per CPU-second",
      value: whole / median(coturn),
      unit: "",
      detail: `coturn ${Math.round(median(coturn))} (${spread(coturn)}), viewers by TURN over UDP, ${rounds} rounds; ${how}`,
    },
  ];
}
