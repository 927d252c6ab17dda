import { firstAddress } from "./config";
import { Viewer } from "./testing/peers";
import { Scene } from "./testing/scene";
import { type Footprint, ServerProcess } from "./testing/serverProcess";
import { until } from "./testing/until";
import { type Message, RawClient } from "./testing/wire";

// Endpoints made and released, 2 to 512 at a time, and a few whose media flows: what was taken is given back. The server runs in a process of
// its own.
jest.setTimeout(600_000);
const ROUNDS = 5;
const MOST = 512;
const VIEWERS = 4;
const MIN_PORT = 42_000;
/** What Node has at hand for the next datagram or chunk of one socket: whether it is there is chance. */
const RECEIVE_BUFFER_BYTES = 65_536;

let server: ServerProcess;
let idle: Footprint;
let client: RawClient;
let offer: string;
let requestId = 0;

beforeAll(async () => {
  server = await ServerProcess.start({
    controlPort: 0,
    minPort: MIN_PORT,
    maxPort: 42_999,
    recordingsFolder: "/tmp",
    sessionTimeoutMs: 200,
  });
  idle = await server.footprint();
  const viewer = new Viewer(firstAddress()!);
  ({ sdp: offer } = await viewer.pc.createOffer());
  await viewer.close();
});
afterAll(() => server.close());

const ask = async (method: string, params: Message): Promise<string> => {
  const answer = await client.ask({ jsonrpc: "2.0", id: requestId++, method, params });
  expect(answer["error"]).toBeUndefined();
  return (answer["result"] as Message)["value"] as string;
};

/** A pipeline with `count` negotiated endpoints, gathering, subscribed and connected to the first; all released with it. */
async function makeAndRelease(count: number): Promise<void> {
  const mediaPipeline = await ask("create", { type: "MediaPipeline" });
  const invoke = (object: string, operation: string, operationParams: Message = {}) =>
    ask("invoke", { object, operation, operationParams });
  const source = await ask("create", { type: "WebRtcEndpoint", constructorParams: { mediaPipeline } });
  for (let made = 0; made < count; made++) {
    const object = await ask("create", { type: "WebRtcEndpoint", constructorParams: { mediaPipeline } });
    await ask("subscribe", { object, type: "IceCandidateFound" });
    await invoke(source, "connect", { sink: object });
    await invoke(object, "processOffer", { offer });
    await invoke(object, "gatherCandidates");
  }
  await ask("release", { object: mediaPipeline });
}

/** A publisher and its viewers, connected as clients are, with pictures on their way; all released. */
async function streamAndRelease(): Promise<void> {
  const scene = await Scene.on({ port: server.port, close: async () => undefined }, MIN_PORT);
  const source = await scene.publish();
  for (let viewer = 0; viewer < VIEWERS; viewer++) await scene.view(source);
  await scene.pipeline.release();
  await scene.close();
}

/**
 * A client of its own for each round: its session keeps answers for repeated requests, and ends with it. Gives what is held when nothing lives any
 * more; that takes a few seconds, because a check is repeated for a while after its connection's end, and a connection for health is kept open.
 */
async function round(most: number): Promise<Footprint> {
  client = await RawClient.open(server.port);
  for (let count = 2; count <= most; count *= 2) await makeAndRelease(count);
  await streamAndRelease();
  client.close();
  const nothing = JSON.stringify({
    resources: idle.resources,
    alive: { RTCPeerConnection: 0, Track: 0, Socket: 0 },
    objects: {},
    sessions: 0,
  });
  let footprint = idle;
  await until(async () => {
    footprint = await server.footprint();
    const { resources, alive, stats } = footprint;
    const held = JSON.stringify({ resources, alive, objects: stats.objects, sessions: stats.sessions });
    return held === nothing ? null : `${held} instead of ${nothing}`;
  });
  return footprint;
}

test("what 2 to 512 endpoints took is given back, five rounds over", async () => {
  await round(2);
  const rounds: Footprint[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(MOST));
  const heap = rounds.map(({ heapBytes }) => heapBytes);
  const external = rounds.map(({ externalBytes }) => externalBytes);
  console.log(`RSS in MB, round by round: ${rounds.map(({ rssBytes }) => Math.round(rssBytes / 1e6)).join(", ")}`);
  expect({ heap, isWithinTenPercent: heap.at(-1)! / heap[0]! < 1.1 }).toEqual({ heap, isWithinTenPercent: true });
  const mostExternal = external[0]! * 1.1 + RECEIVE_BUFFER_BYTES;
  expect({ external, isWithinTenPercent: external.at(-1)! < mostExternal }).toEqual({ external, isWithinTenPercent: true });
});
