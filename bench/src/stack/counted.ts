/** CPU time so far of all that one cgroup counts, seconds. */
export type Counter = () => Promise<number>;

/** A time in which packets came to viewers, or none did. */
export interface Round<Name extends string> {
  readonly packets: number;
  readonly seconds: number;
  /** CPU time that passed, by who used it. */
  readonly cpuSeconds: Readonly<Record<Name, number>>;
}

/**
 * Counts CPU time while `act` runs, which says how many packets came. Counters are read one after the other, and afterwards the other way round:
 * those whose reading costs others something come first.
 */
export async function counted<Name extends string>(
  counters: Readonly<Record<Name, Counter>>,
  act: () => Promise<number>,
): Promise<Round<Name>> {
  const names = Object.keys(counters) as Name[];
  const cpuSeconds: Partial<Record<Name, number>> = {};
  for (const name of names) cpuSeconds[name] = -(await counters[name]());
  const began = performance.now();
  const packets = await act();
  const seconds = (performance.now() - began) / 1000;
  for (const name of names.reverse()) cpuSeconds[name]! += await counters[name]();
  return { packets, seconds, cpuSeconds: cpuSeconds as Record<Name, number> };
}

/** CPU seconds that one of those counted used in a second. */
export const busyShare = <Name extends string>({ seconds, cpuSeconds }: Round<Name>, name: Name): number => cpuSeconds[name] / seconds;

/**
 * Packets per CPU-second of one of those counted. With `idleShare`, the CPU seconds a second that it uses when no packets come, these are taken off.
 * @throws Error when nothing remains
 */
export function rate<Name extends string>({ packets, seconds, cpuSeconds }: Round<Name>, name: Name, idleShare = 0): number {
  const left = cpuSeconds[name] - idleShare * seconds;
  if (left > 0) return packets / left;
  throw new Error(
    `${name}: Expected more CPU time than the idle ${(idleShare * seconds).toFixed(2)} s, found ${cpuSeconds[name].toFixed(2)} s ` +
      `in ${seconds.toFixed(1)} s with ${packets} packets. Take it again on a quiet machine`,
  );
}

/** How many packets to publish in a second so that forwarding them takes this share of a core; `forwardRate` is forwards per CPU-second. */
export const packetsPerSecondFor = (share: number, forwardRate: number, viewers: number): number =>
  Math.max(1, Math.round((share * forwardRate) / viewers));
