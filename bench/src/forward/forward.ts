import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { loadText } from "../load";
import { median, spread } from "../numbers";
import { answerOf, cpuMicros, listening, withProcesses } from "../processes";
import type { Figure } from "../report";
import { byTurns } from "../turns";
import type { LoadAnswer, LoadOptions, LoadRequest, ServerName } from "./messages";

const viewers = 8;
const packetsPerSecond = 250;
const seconds = 5;
const rounds = 6;
/** Fewer packets than this share came back: the load could not keep up, and the figure means nothing. */
const leastShare = 0.98;

/**
 * Packets forwarded per CPU-second: the pocket media server against a plain werift forwarder, both running, loaded by turns. A packet counts
 * when it came to a viewer; CPU time is the server process's own.
 * @throws Error when packets were lost on the way
 */
export const forward = (): Promise<Figure[]> =>
  withProcesses(async (startProcess) => {
    const start = (name: string, options?: LoadOptions) => startProcess(path.join(__dirname, name), options);
    const servers = { pocket: start("pocketServer.js"), plain: start("plainServer.js") };
    const [pocket, plain] = await Promise.all([listening(servers.pocket), listening(servers.plain)]);
    const load = start("load.js", { ports: { pocket, plain }, viewers });
    await answerOf<LoadAnswer, "joined">(load, "joined");
    const rates = await byTurns(["pocket", "plain"], rounds, (name) => measure(servers[name], load, name));
    return [figure(rates)];
  });

async function measure(server: ChildProcess, load: ChildProcess, to: ServerName): Promise<number> {
  const before = await cpuMicros(server);
  const answer = answerOf<LoadAnswer, "sent">(load, "sent");
  load.send({ type: "send", to, packetsPerSecond, seconds } satisfies LoadRequest);
  const { published, received } = await answer;
  const spent = (await cpuMicros(server)) - before;
  const share = received / (published * viewers);
  if (share < leastShare)
    throw new Error(`${to}: Expected ${published * viewers} packets at the viewers, found ${received}. Take it again on a quiet machine`);
  return received / (spent / 1_000_000);
}

function figure({ pocket, plain }: Record<ServerName, number[]>): Figure {
  const [ours, theirs] = [median(pocket), median(plain)];
  return {
    name: "forwarding: pocket media server / plain werift forwarder, packets per CPU-second",
    value: ours / theirs,
    unit: "",
    reach: { atLeast: 0.8 },
    detail:
      `medians ${Math.round(ours)} (${spread(pocket)}) / ${Math.round(theirs)} (${spread(plain)}); ${rounds} rounds by turns of ${seconds} s, ` +
      `${packetsPerSecond} packets/s of 1200 bytes to ${viewers} viewers; ${loadText()}`,
  };
}
