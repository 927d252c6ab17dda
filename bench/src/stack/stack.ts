import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { forwarded } from "../forward/forwarded";
import type { LoadAnswer, LoadOptions, WayOptions } from "../forward/messages";
import { loadText } from "../load";
import { answerOf, withProcesses } from "../processes";
import type { Figure } from "../report";
import { runningSite, type RunningSite } from "../site";
import { byTurns } from "../turns";
import { withBareServer, type BareServer } from "./bareServer";
import { containerCpu } from "./containerCpu";
import { counted, packetsPerSecondFor, rate, type Counter, type Round } from "./counted";
import { dockerCpu } from "./dockerCpu";
import { figures, type Counted, type Direct } from "./figures";

const viewers = 8;
/** One decrypts, so that what comes is seen to be right: eight would take more of this computer than the servers. */
const decrypting = 1;
/** What forwarding is to take of a core of the bare server: more, with the load beside it, and both cores are full, where everything costs more. */
const share = 0.7;
/** Short rounds, and many: what this computer's host takes from it differs from one minute to the next. */
const seconds = 6;
const rounds = 12;
const idleSeconds = 15;
const relayedRounds = 4;
/** Rounds that say how fast the bare server is, each at the pace that the one before asks for: the busier a server, the less a packet costs it. */
const calibration = { from: 500, seconds: 5, rounds: 4 };

type Counters = Readonly<Record<Counted, Counter>>;

/**
 * Packets forwarded per CPU-second: the site that is up, joined as the pages join it, against the image of its media server in a container with
 * nothing beside it, by turns; and what coturn's relaying of the same packets costs. A packet counts when it came to a viewer. CPU time is that of
 * a container's cgroup: the bare server's, and that of the machine with all containers, its Docker, its kernel's work for them.
 * @throws Error when packets were lost on the way, the site is not up, or runs another image of the media server
 */
export async function stack(): Promise<Figure[]> {
  const running = await runningSite();
  return withBareServer(running, async (bare) => {
    const counters = countersOf(running, bare);
    const direct = await measureDirect(running, bare, counters);
    const relayed = await measureRelayed(running, direct.packetsPerSecond, counters);
    return figures({ ...direct, relayed, viewers, load: loadText() });
  });
}

/** Asking for containers inside of the machine costs it something: they come before it. */
const countersOf = (running: RunningSite, bare: BareServer): Counters => ({
  media: () => containerCpu(running, `media-${running.host.name}`),
  coturn: () => containerCpu(running, "coturn"),
  bare: () => dockerCpu(bare.container),
  machine: () => dockerCpu(running.site.about.machine),
});

/** Of what is joined the same way: how much to send, what both take while nothing comes, and the rounds. */
function measureDirect(running: RunningSite, bare: BareServer, counters: Counters): Promise<Direct> {
  const ways = { stack: wayOf(running, false), bare: { way: "pocket", url: bare.url } } as const;
  return withParties(ways, async (load) => {
    const packetsPerSecond = await calibrated(load, counters);
    const idle = await counted(counters, () => delay(idleSeconds * 1000, 0));
    return { packetsPerSecond, idle, rounds: await byTurns(["stack", "bare"], rounds, roundOf(load, counters, packetsPerSecond)) };
  });
}

/** Joined anew, so that nobody's relay was there in the rounds before. */
function measureRelayed(running: RunningSite, packetsPerSecond: number, counters: Counters): Promise<Round<Counted>[]> {
  return withParties({ relayed: wayOf(running, true) }, async (load) => {
    return (await byTurns(["relayed"], relayedRounds, roundOf(load, counters, packetsPerSecond))).relayed;
  });
}

/** What a round of one of the parties is measured by. */
const roundOf = (load: ChildProcess, counters: Counters, packetsPerSecond: number) => (to: string) =>
  counted(counters, () => forwarded(load, to, { packetsPerSecond, seconds }, viewers));

async function calibrated(load: ChildProcess, counters: Counters): Promise<number> {
  const { from, seconds, rounds } = calibration;
  let packetsPerSecond = from;
  for (let done = 0; done < rounds; done++) {
    const round = await counted(counters, () => forwarded(load, "bare", { packetsPerSecond, seconds }, viewers));
    packetsPerSecond = packetsPerSecondFor(share, rate(round, "bare"), viewers);
  }
  return packetsPerSecond;
}

/** A publisher and viewers for each way, joined for as long as `act` runs. */
function withParties<T>(ways: LoadOptions["ways"], act: (load: ChildProcess) => Promise<T>): Promise<T> {
  return withProcesses(path.join(__dirname, "../forward"), async (start) => {
    const load = start("load.js", { ways, viewers, decrypting } satisfies LoadOptions);
    await answerOf<LoadAnswer, "joined">(load, "joined");
    return act(load);
  });
}

function wayOf({ site }: RunningSite, isRelayed: boolean): WayOptions {
  const { domain, ca } = site.about;
  const endpoint = { domain, ca, address: site.up.machineAddress, port: site.up.port };
  return { way: "site", endpoint, account: site.up.admin, isRelayed };
}
