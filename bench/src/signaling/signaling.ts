import type { ChildProcess } from "node:child_process";
import { loadText } from "../load";
import { median, spread } from "../numbers";
import { answerOf, listening, perCpuSecond, withProcesses } from "../processes";
import type { Figure } from "../report";
import { byTurns } from "../turns";
import type { DoublesAnswer } from "./doubles";
import { framesOf, type LoadAnswer, type LoadOptions, type LoadRequest, type ServerName } from "./messages";

/** The names of the Parse stand-in's people. */
const people = { viewers: ["token-olga", "token-ada"], publisher: "token-rita" } as const;
/** The signaling server takes 20 of one person. */
const socketsOfEach = 20;
/** A conversation may send 1000 frames at once: 7 rounds of these are 700 each. */
const joins = 500;
const rounds = 6;

/**
 * Frames of a join and a leave per CPU-second: the signaling server, which checks, authorises, asks a media server and answers, against a plain
 * echo of the same frames. Loaded by turns; CPU time is the server process's own.
 * @throws Error when a frame is refused or a connection closed
 */
export const signaling = (): Promise<Figure[]> =>
  withProcesses(__dirname, async (start) => {
    const { parse, media } = await answerOf<DoublesAnswer, "doubles">(start("doubles.js"), "doubles");
    const servers = { signaling: start("signalingServer.js", { parse, media }), echo: start("echoServer.js") };
    const [toSignaling, toEcho] = await Promise.all([listening(servers.signaling), listening(servers.echo)]);
    const load = start("load.js", { ports: { signaling: toSignaling, echo: toEcho }, ...people, socketsOfEach } satisfies LoadOptions);
    await answerOf<LoadAnswer, "joined">(load, "joined");
    const rates = await byTurns(["signaling", "echo"], rounds, (name) => perCpuSecond(servers[name], () => send(load, name)));
    return [figure(rates)];
  });

/** @returns frames sent, all of them answered */
async function send(load: ChildProcess, to: ServerName): Promise<number> {
  const answer = answerOf<LoadAnswer, "sent">(load, "sent");
  load.send({ type: "send", to, joins } satisfies LoadRequest);
  return (await answer).frames;
}

function figure({ signaling: own, echo }: Record<ServerName, number[]>): Figure {
  const [ours, theirs] = [median(own), median(echo)];
  return {
    name: "signaling: server / plain echo of the same frames, frames per CPU-second",
    value: ours / theirs,
    unit: "",
    reach: { atLeast: 0.5 },
    detail:
      `medians ${Math.round(ours)} (${spread(own)}) / ${Math.round(theirs)} (${spread(echo)}); ${rounds} rounds by turns of ${joins} joins, ` +
      `each ${framesOf(1, "", "").length} frames, an offer among them; ${loadText()}`,
  };
}
