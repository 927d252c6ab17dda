import type { ChildProcess } from "node:child_process";
import { loadText } from "../load";
import { median } from "../numbers";
import { answerOf, listening, withProcesses } from "../processes";
import type { Figure } from "../report";
import type { DoublesAnswer } from "../signaling/doubles";
import { nodeFlags } from "../signaling/nodeFlags";
import type { FlooderAnswer, FlooderOptions, FlooderRequest } from "./flooder";
import type { JoinerAnswer, JoinerOptions, JoinerRequest } from "./joiner";

const seconds = 10;

/**
 * How long others' joins take at the signaling server while one person floods it with frames, and one address with connections: the longest of
 * them, beside the joins without the flood. Media server and Parse are stand-ins: what is measured is the signaling server.
 * @throws Error when a join is refused, or the flood was none
 */
export const flood = (): Promise<Figure[]> =>
  withProcesses(__dirname, async (start) => {
    const { parse, media } = await answerOf<DoublesAnswer, "doubles">(start("../signaling/doubles.js"), "doubles");
    const port = await listening(start("../signaling/signalingServer.js", { parse, media }, nodeFlags));
    const joiner = start("joiner.js", { port, viewer: "token-olga", publisher: "token-rita" } satisfies JoinerOptions);
    await answerOf<JoinerAnswer, "ready">(joiner, "ready");
    const calm = await joins(joiner);
    const flooder = start("flooder.js", { port, token: "token-ada", senders: 4, knockers: 4 } satisfies FlooderOptions);
    await answerOf<FlooderAnswer, "ready">(flooder, "ready");
    const flooded = answerOf<FlooderAnswer, "flooded">(flooder, "flooded");
    flooder.send({ type: "flood", seconds } satisfies FlooderRequest);
    const [beside, attack] = await Promise.all([joins(joiner), flooded]);
    if (attack.hungUp === 0) throw new Error(`Expected the flood to be hung up on, found ${JSON.stringify(attack)}`);
    return [figure(calm, beside, attack)];
  });

async function joins(joiner: ChildProcess): Promise<readonly number[]> {
  const answer = answerOf<JoinerAnswer, "joined">(joiner, "joined");
  joiner.send({ type: "join", seconds } satisfies JoinerRequest);
  return (await answer).joinsMs;
}

type Attack = Extract<FlooderAnswer, { type: "flooded" }>;

const figure = (calm: readonly number[], beside: readonly number[], { frames, hungUp, refused }: Attack): Figure => ({
  name: "flood: the longest join of others beside it",
  value: Math.max(...beside) / 1000,
  unit: "s",
  reach: { atMost: 2 },
  detail:
    `${beside.length} joins, median ${median(beside).toFixed(1)} ms; without the flood ${calm.length}, ${median(calm).toFixed(1)} ms, at most ` +
    `${Math.max(...calm).toFixed(0)} ms; in ${seconds} s ${frames} frames, ${hungUp} connections hung up on, ${refused} refused; ${loadText()}`,
});
