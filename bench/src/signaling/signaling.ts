import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { loadText } from "../load";
import { median, spread } from "../numbers";
import { answerOf, listening, perCpuSecond, withProcesses, type StartProcess } from "../processes";
import type { Figure } from "../report";
import { byTurns } from "../turns";
import type { DoublesAnswer } from "./doubles";
import { framesOf, serverNames, viewers, type LoadAnswer, type LoadOptions, type LoadRequest, type ServerName } from "./messages";
import { nodeFlags } from "./nodeFlags";
import type { SignalingServerOptions } from "./signalingServer";

/** People whom the Parse stand-in knows. */
const people = { viewers: viewers.map((name) => `token-${name}`), publisher: "token-rita" };
/** The signaling server takes 20 of one person. */
const socketsOfEach = 20;
/** A hundred frames of each WebSocket: half a second of a server's CPU time, in which V8's collections of garbage are evened out. */
const joins = (viewers.length * socketsOfEach * 100) / framesOf(1, "", "").length;
/** A shared computer is twice as fast in one second as in the next: of many the median holds. */
const rounds = 16;
/** V8 compiles what runs often, for the signaling server until about the eighth round: a server that runs for days has that behind it. */
const warmUps = 8;
/** Before each turn. A conversation may send 100 frames a second in the long run: of three turns each server has one. */
const pauseMs = 400;

/**
 * Frames of a join and a leave per CPU-second: the signaling server, which checks, authorises, asks a media server and answers; the same with a
 * stand-in for the media server in its own process; and a plain echo of the same frames. Loaded by turns; CPU time is the server process's own.
 * @throws Error when a frame is refused or a connection closed
 */
export const signaling = (): Promise<Figure[]> =>
  withProcesses(__dirname, async (start) => {
    const servers = await startServers(start);
    const listened = serverNames.map(async (name) => [name, await listening(servers[name])] as const);
    const ports = Object.fromEntries(await Promise.all(listened)) as Record<ServerName, number>;
    const load = start("load.js", { ports, ...people, socketsOfEach } satisfies LoadOptions);
    await answerOf<LoadAnswer, "joined">(load, "joined");
    const measure = async (name: ServerName) => {
      await delay(pauseMs);
      return perCpuSecond(servers[name], () => send(load, name));
    };
    return figures(await byTurns(serverNames, rounds, measure, warmUps));
  });

async function startServers(start: StartProcess): Promise<Record<ServerName, ChildProcess>> {
  const { parse, media } = await answerOf<DoublesAnswer, "doubles">(start("doubles.js"), "doubles");
  return {
    signaling: start("signalingServer.js", { parse, media } satisfies SignalingServerOptions, nodeFlags),
    standIn: start("signalingServer.js", { parse, media, isMediaInside: true } satisfies SignalingServerOptions, nodeFlags),
    echo: start("echoServer.js", undefined, nodeFlags),
  };
}

/** @returns frames sent, all of them answered */
async function send(load: ChildProcess, to: ServerName): Promise<number> {
  const answer = answerOf<LoadAnswer, "sent">(load, "sent");
  load.send({ type: "send", to, joins } satisfies LoadRequest);
  return (await answer).frames;
}

function figures({ signaling: whole, standIn, echo }: Record<ServerName, number[]>): Figure[] {
  const figure = (name: string, own: readonly number[]): Figure => ({
    name: `signaling: ${name} / plain echo of the same frames, frames per CPU-second`,
    value: median(own) / median(echo),
    unit: "",
    reach: { atLeast: 0.5 },
    detail:
      `medians ${Math.round(median(own))} (${spread(own)}) / ${Math.round(median(echo))} (${spread(echo)}); ${rounds} rounds by turns of ` +
      `${joins} joins, each ${framesOf(1, "", "").length} frames, an offer among them; ${loadText()}`,
  });
  return [
    figure("server", whole),
    figure("checked, authorised and answered, the media server's part by a stand-in in the process", standIn),
  ];
}
