import { call } from "./testing/client";
import { Bystander } from "./testing/bystander";
import { breakBytes, breakJson, breakSdp, Dice } from "./testing/mutate";
import { until } from "./testing/until";
import { type Message, RawClient, recorded, translate, uuidsIn } from "./testing/wire";

// Broken messages from one client of the control port while another's stream runs.
jest.setTimeout(300_000);
const COUNT = 10_000;
/** Another number breaks other things: SEED=7 npm run itest -w services/media. */
const SEED = Number(process.env["SEED"] ?? 0);

let bystander: Bystander;
let attacker: RawClient;
let requestId = 1_000_000;

beforeEach(async () => {
  bystander = await Bystander.open(41_600);
  attacker = await RawClient.open(bystander.server.port);
});
afterEach(async () => {
  attacker.close();
  await bystander.close();
});

/** What the attacker made is collected with its session; the stream's own objects stay. */
async function expectCollected(): Promise<void> {
  attacker.close();
  const mine = { MediaPipeline: 1, WebRtcEndpoint: 2 };
  await until(async () => {
    const { objects } = await bystander.server.stats();
    return JSON.stringify(objects) === JSON.stringify(mine) ? null : `objects ${JSON.stringify(objects)}`;
  });
  await bystander.expectAlive();
}

const ask = async (method: string, params: Message): Promise<string> => {
  const answer = await bystander.server.whileAlive(attacker.ask({ jsonrpc: "2.0", id: requestId++, method, params }));
  return (answer["result"] as Message | undefined)?.["value"] as string;
};
/** The server has dealt with everything before. */
const settle = () => bystander.server.whileAlive(attacker.ask({ jsonrpc: "2.0", id: requestId++, method: "ping" }));

/** What recorded clients asked for, of objects that the attacker has made itself. */
async function ownConversation(): Promise<Message[]> {
  const pipeline = await ask("create", { type: "MediaPipeline" });
  const make = (type: string, more: Message = {}) => ask("create", { type, constructorParams: { mediaPipeline: pipeline, ...more } });
  const objects: Record<string, string> = {
    MediaPipeline: pipeline,
    WebRtcEndpoint: await make("WebRtcEndpoint"),
    RtpEndpoint: await make("RtpEndpoint"),
    PlayerEndpoint: await make("PlayerEndpoint", { uri: "rtsp://192.0.2.1/x" }),
    RecorderEndpoint: await make("RecorderEndpoint", { uri: "file:///recordings/x.webm" }),
  };
  const lines = ["publish-view-record", "rtsp-camera", "rtp-cascade", "errors", "reconnect"].flatMap(recorded);
  const said = lines.filter(({ dir }) => dir === "client->server").map(({ msg }) => msg);
  const ids = new Map(
    said.flatMap((msg) => idsOf(msg).map(([uuid, type]) => [uuid, uuidsIn(objects[type])[type === "MediaPipeline" ? 0 : 1]!])),
  );
  return said.map((msg) => translate(msg, ids));
}

/** The recorded ids in a message, with the type of the object that each names. */
const idsOf = (msg: Message): [string, string][] =>
  [...JSON.stringify(msg).matchAll(/([0-9a-f-]{36})_kurento\.(\w+)/g)].map(([, uuid, type]) => [uuid!, type!]);

test("JSON-RPC", async () => {
  const dice = new Dice(SEED * 10 + 1);
  for (let sent = 0; sent < COUNT;) {
    const messages = await ownConversation();
    for (let i = 0; i < 250; i++, sent++) {
      const message = { ...dice.pick(messages), id: requestId++ };
      attacker.ws.send(
        dice.below(3) === 0 ? breakBytes(Buffer.from(JSON.stringify(message)), dice) : JSON.stringify(breakJson(message, dice)),
      );
      if (i % 50 === 49) await settle();
    }
    if (sent % 2_000 === 0) await bystander.expectAlive();
  }
  expect(await call(bystander.scene.pipeline, "getName")).toBe(bystander.scene.pipeline.id);
  await expectCollected();
});

test("SDP", async () => {
  const dice = new Dice(SEED * 10 + 2);
  const said = ["publish-view-record", "rtp-cascade"].flatMap(recorded).map(({ msg }) => JSON.stringify(msg));
  const descriptions = said.flatMap((text) =>
    [...text.matchAll(/"(v=0\\r\\n(?:[^"\\]|\\.)*)"/g)].map(([, sdp]) => JSON.parse(`"${sdp}"`) as string),
  );
  expect(descriptions.length).toBeGreaterThan(4);
  const pipeline = await ask("create", { type: "MediaPipeline" });
  for (let sent = 0; sent < COUNT; sent += 10) {
    const turn = async () => {
      const type = dice.below(4) === 0 ? "RtpEndpoint" : "WebRtcEndpoint";
      const object = await ask("create", { type, constructorParams: { mediaPipeline: pipeline } });
      const sdp = breakSdp(dice.pick(descriptions), dice);
      const isAnswer = dice.below(5) === 0;
      if (isAnswer) await ask("invoke", { object, operation: "generateOffer" });
      const [operation, name] = isAnswer ? ["processAnswer", "answer"] : ["processOffer", "offer"];
      await ask("invoke", { object, operation, operationParams: { [name]: sdp } });
      await ask("release", { object });
    };
    await Promise.all(Array.from({ length: 10 }, turn));
    if (sent % 2_000 === 0) await bystander.expectAlive();
  }
  await expectCollected();
});
