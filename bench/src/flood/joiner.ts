import { setTimeout as delay } from "node:timers/promises";
import { optionsOfProcess } from "../processes";
import { answerTo, type Client, joined, published, signedIn } from "../signaling/client";
import { framesOf, recordedOffer } from "../signaling/messages";

/** Somebody else, who joins and leaves, one time after the other. */
export type JoinerRequest = { readonly type: "join"; readonly seconds: number };
export type JoinerAnswer =
  | { readonly type: "ready" }
  /** From the offer on its way to the answer and the last candidate, milliseconds. */
  | { readonly type: "joined"; readonly joinsMs: readonly number[] };
export interface JoinerOptions {
  readonly port: number;
  readonly viewer: string;
  readonly publisher: string;
}

/** Twenty joins a second are 160 frames, of which a conversation may send 100 a second: five leave room. */
const pauseMs = 200;

async function main(): Promise<void> {
  const { port, viewer, publisher } = await optionsOfProcess<JoinerOptions>();
  const offer = recordedOffer();
  const streamId = await published(port, publisher, offer);
  const client = await signedIn(port, viewer);
  let number = 0;
  const join = () => joinAndLeave(client, framesOf(++number, streamId, offer), number);
  process.on("message", ({ seconds }: JoinerRequest) => {
    void joinsFor(seconds, join).then((joinsMs) => process.send!({ type: "joined", joinsMs } satisfies JoinerAnswer));
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "ready" } satisfies JoinerAnswer);
}

/** @returns how long the join took, milliseconds */
async function joinAndLeave(client: Client, frames: readonly string[], number: number): Promise<number> {
  const began = performance.now();
  await joined(client, number, frames.slice(0, -1));
  const tookMs = performance.now() - began;
  const stopped = client.next(answerTo(`s${number}`, "stopped"));
  client.send(frames.at(-1)!);
  await stopped;
  return tookMs;
}

/** Joins one time after the other. @returns how long each took, milliseconds */
async function joinsFor(seconds: number, join: () => Promise<number>): Promise<number[]> {
  const joinsMs: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    joinsMs.push(await join());
    await delay(pauseMs);
  }
  return joinsMs;
}

void main();
