import { Attacker } from "./testing/attacker";
import { call } from "./testing/client";
import { breakBytes, breakJson, Dice } from "./testing/mutate";
import { breakerOf, jsonReading } from "./testing/readings";
import { type Message, recorded, translate, uuidsIn } from "./testing/wire";

// Broken messages from one client of the control port while another's stream runs.
jest.setTimeout(300_000);
const COUNT = 10_000;
/** Another number breaks other things: SEED=7 npm run itest -w services/media. */
const SEED = Number(process.env["SEED"] ?? 0);

let attacker: Attacker;
beforeEach(async () => {
  attacker = await Attacker.open(41_600);
});
afterEach(() => attacker.close());

/** What recorded clients asked for, of objects that the attacker has made itself. */
async function ownConversation(): Promise<Message[]> {
  const pipeline = await attacker.ask("create", { type: "MediaPipeline" });
  const make = (type: string, more: Message = {}) =>
    attacker.ask("create", { type, constructorParams: { mediaPipeline: pipeline, ...more } });
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
  const asBytes = (text: string) => breakBytes(Buffer.from(text), dice).toString("latin1");
  const asJson = (text: string) => JSON.stringify(breakJson(JSON.parse(text), dice));
  for (let sent = 0; sent < COUNT;) {
    const messages = await ownConversation();
    for (let i = 0; i < 250; i++, sent++) {
      const message = JSON.stringify({ ...dice.pick(messages), id: attacker.nextId() });
      const isBinary = dice.below(3) === 0;
      const broken = breakerOf(jsonReading, message, isBinary ? asBytes : asJson)();
      attacker.send(isBinary ? Buffer.from(broken, "latin1") : broken);
      if (i % 50 === 49) await attacker.answerTo("ping");
    }
    if (sent % 2_000 === 0) await attacker.bystander.expectAlive();
  }
  expect(await call(attacker.bystander.scene.pipeline, "getName")).toBe(attacker.bystander.scene.pipeline.id);
  await attacker.expectCollected();
});
