import { answerTo, joined, published, signedIn } from "../signaling/client";
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
  const { port, viewer, publisher } = JSON.parse(process.argv[2]!) as JoinerOptions;
  const offer = recordedOffer();
  const streamId = await published(port, publisher, offer);
  const client = await signedIn(port, viewer);
  let number = 0;
  const join = async () => {
    const frames = framesOf(++number, streamId, offer);
    const began = performance.now();
    await joined(client, number, frames.slice(0, -1));
    const tookMs = performance.now() - began;
    const isStopped = client.next(answerTo(`s${number}`, "stopped"));
    client.send(frames.at(-1)!);
    await isStopped;
    return tookMs;
  };
  process.on("message", ({ seconds }: JoinerRequest) => {
    void (async () => {
      const joinsMs: number[] = [];
      for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
        joinsMs.push(await join());
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      process.send!({ type: "joined", joinsMs } satisfies JoinerAnswer);
    })();
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "ready" } satisfies JoinerAnswer);
}

void main();
