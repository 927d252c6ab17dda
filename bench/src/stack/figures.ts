import { median, spread } from "../numbers";
import type { Figure } from "../report";
import { busyShare, rate, type Round } from "./counted";

/** Whose CPU time is counted: the site's machine, its media server and coturn in it, and the bare media server. */
export type Counted = "media" | "coturn" | "bare" | "machine";

/** What was measured of the site and of the bare server, joined the same way. */
export interface Direct {
  readonly packetsPerSecond: number;
  /** All joined, and no packets. */
  readonly idle: Round<Counted>;
  readonly rounds: Readonly<Record<"stack" | "bare", readonly Round<Counted>[]>>;
}

export interface Measured extends Direct {
  /** Viewers by TURN over UDP. */
  readonly relayed: readonly Round<Counted>[];
  readonly viewers: number;
  readonly load: string;
}

/** The ratio of all CPU time, that of the work for packets alone, and the one to coturn. */
export const figures = (measured: Measured): Figure[] => [ofAll(measured), withoutIdleWork(measured), besideCoturn(measured)];

function ofAll(measured: Measured): Figure {
  const { stack, bare } = measured.rounds;
  const [whole, alone] = [rates(stack, "machine"), rates(bare, "bare")];
  const media = Math.round(median(rates(stack, "media")));
  return {
    name: "forwarding: whole stack / bare media server, packets per CPU-second",
    value: median(ratios(whole, alone)),
    unit: "",
    reach: { atLeast: 0.95 },
    detail: `${both(whole, alone)}, of the stack's media server alone ${media}; ${pace(measured)}; ${how(measured)}`,
  };
}

function withoutIdleWork(measured: Measured): Figure {
  const { idle, rounds } = measured;
  const share = (name: Counted) => busyShare(idle, name);
  const whole = rates(rounds.stack, "machine", share("machine"));
  const alone = rates(rounds.bare, "bare", share("bare"));
  return {
    name: "forwarding: whole stack / bare media server, each without its idle work, packets per CPU-second",
    value: median(ratios(whole, alone)),
    unit: "",
    detail:
      `${both(whole, alone)}; idle, with the same joins and no packets for ${idle.seconds.toFixed(0)} s: the machine ` +
      `${percent(share("machine"))} of a core, its media server ${percent(share("media"))}, the bare one ${percent(share("bare"))}; ${how(measured)}`,
  };
}

function besideCoturn(measured: Measured): Figure {
  const coturn = rates(measured.relayed, "coturn");
  return {
    name: "forwarding: whole stack / coturn's relaying, packets per CPU-second",
    value: median(rates(measured.rounds.stack, "machine")) / median(coturn),
    unit: "",
    detail: `coturn ${Math.round(median(coturn))} (${spread(coturn)}), viewers by TURN over UDP; ${how(measured)}`,
  };
}

const rates = (rounds: readonly Round<Counted>[], name: Counted, idleShare?: number) => rounds.map((round) => rate(round, name, idleShare));

const how = ({ packetsPerSecond, viewers, rounds, load }: Measured) =>
  `${packetsPerSecond} packets/s of 1200 bytes to ${viewers} viewers, ${rounds.stack.length} rounds by turns; ${load}`;

/** Of the two that were measured one after the other: a shared computer is faster in one minute than in the next. */
const ratios = (whole: readonly number[], bare: readonly number[]) => whole.map((value, round) => value / bare[round]!);

const both = (whole: readonly number[], bare: readonly number[]) =>
  `median of each round's ratio (${ratios(whole, bare)
    .sort((a, b) => a - b)
    .map((ratio) => ratio.toFixed(2))
    .join(" ")}); medians ${Math.round(median(whole))} (${spread(whole)}) / ${Math.round(median(bare))} (${spread(bare)})`;

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** How many forwards a second there were in truth: a load that can't keep up sends more slowly. And how busy that kept both. */
function pace({ packetsPerSecond, viewers, rounds: { stack, bare } }: Measured): string {
  const came = (of: readonly Round<Counted>[]) => Math.round(median(of.map(({ packets, seconds }) => packets / seconds)));
  const busy = (of: readonly Round<Counted>[], name: Counted) => percent(median(of.map((round) => busyShare(round, name))));
  return (
    `of ${packetsPerSecond * viewers} forwards/s that were meant ${came(stack)} / ${came(bare)} came, ` +
    `which took ${busy(stack, "machine")} / ${busy(bare, "bare")} of a core`
  );
}
