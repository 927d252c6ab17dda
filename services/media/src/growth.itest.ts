import { firstAddress } from "./config";
import { Viewer } from "./testing/peers";
import { type Footprint, ServerProcess } from "./testing/serverProcess";
import { until } from "./testing/until";
import { type Message, RawClient } from "./testing/wire";

// Endpoints made and released, 2 to 512 at a time: what was taken is given back. The server runs in a process of its own.
jest.setTimeout(400_000);
const ROUNDS = 5;
const MOST = 512;

let server: ServerProcess;
let client: RawClient;
let offer: string;
let requestId = 0;

beforeAll(async () => {
  server = await ServerProcess.start({ controlPort: 0, minPort: 42_000, maxPort: 42_999, recordingsFolder: "/tmp", sessionTimeoutMs: 200 });
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

/** A client of its own for each round: its session keeps answers for repeated requests, and ends with it. */
async function round(most: number): Promise<Footprint> {
  client = await RawClient.open(server.port);
  for (let count = 2; count <= most; count *= 2) await makeAndRelease(count);
  client.close();
  await until(async () => {
    const { objects, sessions } = await server.stats();
    return Object.keys(objects).length + sessions === 0 ? null : JSON.stringify({ objects, sessions });
  });
  return server.footprint();
}

test("what 2 to 512 endpoints took is given back, five rounds over", async () => {
  const before = await round(2);
  const rounds: Footprint[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(MOST));
  const living = ({ resources, alive }: Footprint) => ({ resources, alive });
  expect(rounds.map(living)).toEqual(
    rounds.map(() => ({ resources: before.resources, alive: { RTCPeerConnection: 0, Track: 0, Socket: 0 } })),
  );
  // In MB.
  const heap = rounds.map(({ heapBytes }) => heapBytes / 1e6);
  expect({ heap, isWithinTenPercent: heap.at(-1)! / heap[0]! < 1.1 }).toEqual({ heap, isWithinTenPercent: true });
});
