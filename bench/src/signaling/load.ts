import { optionsOfProcess } from "../processes";
import { answerTo, Client, joined, published, signedIn } from "./client";
import { framesOf, recordedOffer, type LoadAnswer, type LoadOptions, type LoadRequest, type ServerName } from "./messages";

/** Joins and leaves once; resolves when the last frame is answered. @returns how many frames it sent */
type Join = (number: number) => Promise<number>;

const offer = recordedOffer();

async function signalingJoins(port: number, { viewers, publisher, socketsOfEach }: LoadOptions): Promise<Join[]> {
  const streamId = await published(port, publisher, offer);
  const clients: Client[] = [];
  // One after the other: an address may have few that are not signed in yet.
  for (const token of viewers) for (let socket = 0; socket < socketsOfEach; socket++) clients.push(await signedIn(port, token));
  return clients.map((client) => async (number) => {
    const frames = framesOf(number, streamId, offer);
    const stopped = client.next(answerTo(`s${number}`, "stopped"));
    await joined(client, number, frames.slice(0, -1));
    client.send(frames.at(-1)!);
    await stopped;
    return frames.length;
  });
}

async function echoJoins({ ports, viewers, socketsOfEach }: LoadOptions): Promise<Join[]> {
  const sockets = Array.from({ length: viewers.length * socketsOfEach }, () => Client.open(ports.echo));
  return (await Promise.all(sockets)).map((client) => async (number) => {
    const frames = framesOf(number, "01234567-89ab-cdef-0123-456789abcdef", offer);
    const [first, last] = [frames[0]!, frames.at(-1)!];
    const [answered, stopped] = [client.next((text) => text === first), client.next((text) => text === last)];
    for (const frame of frames.slice(0, -1)) client.send(frame);
    await answered;
    client.send(last);
    await stopped;
    return frames.length;
  });
}

/** All sockets at once, each one join after the other. */
async function send(joins: readonly Join[], { joins: count }: LoadRequest, numbers: () => number): Promise<LoadAnswer> {
  let left = count;
  const worker = async (join: Join) => {
    let frames = 0;
    while (left-- > 0) frames += await join(numbers());
    return frames;
  };
  const sent = await Promise.all(joins.map(worker));
  return { type: "sent", frames: sent.reduce((sum, frames) => sum + frames, 0) };
}

async function main(): Promise<void> {
  const options = await optionsOfProcess<LoadOptions>();
  const joins: Record<ServerName, Join[]> = {
    signaling: await signalingJoins(options.ports.signaling, options),
    standIn: await signalingJoins(options.ports.standIn, options),
    echo: await echoJoins(options),
  };
  let number = 0;
  process.on("message", (request: LoadRequest) => {
    void send(joins[request.to], request, () => ++number).then((answer) => process.send!(answer));
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "joined" } satisfies LoadAnswer);
}

void main();
