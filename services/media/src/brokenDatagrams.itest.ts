import { setTimeout as wait } from "node:timers/promises";
import { call, join, type Remote } from "./testing/client";
import { Bystander } from "./testing/bystander";
import { Intruder, type Protocol } from "./testing/intruder";
import { Dice } from "./testing/mutate";
import { Publisher, type Viewer } from "./testing/peers";
import { until } from "./testing/until";

// Broken datagrams from a client with a session of its own, while another's stream runs.
jest.setTimeout(120_000);
const COUNT = 10_000;
/** Another number breaks other things: SEED=7 npm run itest -w services/media. */
const SEED = Number(process.env["SEED"] ?? 0);

let bystander: Bystander;
beforeEach(async () => {
  bystander = await Bystander.open(41_700);
});
afterEach(() => bystander.close());

/** A second publisher with a live session and a viewer of its own. */
async function intrude(dice: Dice): Promise<{ intruder: Intruder; publisher: Publisher; received: Viewer; endpoint: Remote }> {
  const { scene } = bystander;
  const publisher = new Publisher(scene.address);
  scene.onClose(() => publisher.close());
  const endpoint = await scene.pipeline.create("WebRtcEndpoint");
  await join(endpoint, publisher.pc);
  publisher.start();
  const { viewer: received } = await scene.view(endpoint);
  return { intruder: new Intruder(publisher, dice), publisher, received, endpoint };
}

test.each<[Protocol, number]>([
  ["RTP", 3],
  ["RTCP", 4],
  ["STUN", 5],
  ["DTLS", 6],
])("%s, half of it past the authentication of a live session", async (protocol, seed) => {
  const { intruder, publisher, received, endpoint } = await intrude(new Dice(SEED * 10 + seed));
  if (protocol === "RTP") publisher.pause();
  const sentBefore = publisher.sent;
  const packetsBefore = await packetsOf(endpoint);
  for (let sent = 0; sent < COUNT; sent++) {
    await intruder.send(protocol, sent % 2 === 0);
    if (sent % 50 === 49) await wait(3);
    if (sent % 2_500 === 0) await bystander.expectAlive();
  }
  await bystander.expectAlive();
  if (protocol === "RTP") {
    expect(publisher.sent).toBe(sentBefore);
    // The others name another stream, or hold nothing.
    expect((await packetsOf(endpoint)) - packetsBefore).toBeGreaterThan(COUNT / 5);
    publisher.start();
  }
  // The session took what it sent to the end: its own pictures still come.
  const seen = received.payloads.length;
  await until(() => (received.payloads.length > seen + 10 ? null : `the intruder's own picture stands, ${publisher.pc.connectionState}`));
});

/** Packets that the server took from this endpoint's publisher: those that were authentic and could be read. */
async function packetsOf(endpoint: Remote): Promise<number> {
  const stats = await call<Record<string, { packetsReceived?: number }>>(endpoint, "getStats", "VIDEO");
  return Object.values(stats).find(({ packetsReceived }) => packetsReceived !== undefined)?.packetsReceived ?? 0;
}
