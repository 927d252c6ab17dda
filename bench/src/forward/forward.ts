import { loadText } from "../load";
import { median, spread } from "../numbers";
import { answerOf, listening, perCpuSecond, withProcesses } from "../processes";
import type { Figure } from "../report";
import { byTurns } from "../turns";
import { forwarded } from "./forwarded";
import type { LoadAnswer, LoadOptions } from "./messages";

const viewers = 8;
const packetsPerSecond = 250;
const seconds = 5;
const rounds = 6;

/**
 * Packets forwarded per CPU-second: the pocket media server against a plain werift forwarder, both running, loaded by turns. A packet counts
 * when it came to a viewer; CPU time is the server process's own.
 * @throws Error when packets were lost on the way
 */
export const forward = (): Promise<Figure[]> =>
  withProcesses(__dirname, async (start) => {
    const servers = { pocket: start("pocketServer.js"), plain: start("plainServer.js") };
    const [pocket, plain] = await Promise.all([listening(servers.pocket), listening(servers.plain)]);
    const ways = { pocket: { way: "pocket", url: `ws://127.0.0.1:${pocket}/kurento` }, plain: { way: "plain", port: plain } } as const;
    const load = start("load.js", { ways, viewers, decrypting: viewers } satisfies LoadOptions);
    await answerOf<LoadAnswer, "joined">(load, "joined");
    const rates = await byTurns(["pocket", "plain"], rounds, (name) =>
      perCpuSecond(servers[name], () => forwarded(load, name, { packetsPerSecond, seconds }, viewers)),
    );
    return [figure(rates)];
  });

function figure({ pocket, plain }: Record<"pocket" | "plain", number[]>): Figure {
  const [ours, theirs] = [median(pocket), median(plain)];
  return {
    name: "forwarding: pocket media server / plain werift forwarder, packets per CPU-second",
    value: ours / theirs,
    unit: "",
    reach: { atLeast: 0.9 },
    detail:
      `medians ${Math.round(ours)} (${spread(pocket)}) / ${Math.round(theirs)} (${spread(plain)}); ${rounds} rounds by turns of ${seconds} s, ` +
      `${packetsPerSecond} packets/s of 1200 bytes to ${viewers} viewers; ${loadText()}`,
  };
}
