import type { ChildProcess } from "node:child_process";
import { answerOf } from "../processes";
import type { LoadAnswer, LoadRequest, Sending } from "./messages";

/** Fewer packets than this share came back: the load could not keep up, and the figure means nothing. */
const leastShare = 0.98;

/** Has the load's party publish, and waits for the packets. @returns how many came to all viewers together @throws Error when packets were lost on the way */
export async function forwarded(load: ChildProcess, to: string, sending: Sending, viewers: number): Promise<number> {
  const answer = answerOf<LoadAnswer, "sent">(load, "sent");
  load.send({ type: "send", to, ...sending } satisfies LoadRequest);
  const { published, received } = await answer;
  const meant = published * viewers;
  if (received < meant * leastShare)
    throw new Error(`${to}: Expected ${meant} packets at the viewers, found ${received}. Take it again on a quiet machine`);
  return received;
}
