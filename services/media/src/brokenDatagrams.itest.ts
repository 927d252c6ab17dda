import type { Protocol } from "./testing/authenticated";
import { Bystander } from "./testing/bystander";
import { call } from "./testing/client";
import { Intruder } from "./testing/intruder";
import { LiveSession } from "./testing/liveSession";
import { Dice } from "./testing/mutate";
import { until } from "./testing/until";

// Broken datagrams from a client with a session of its own, while another's stream runs.
jest.setTimeout(300_000);
const COUNT = 10_000;
const AT_ONCE = 50;
/** Reports and checks that the session's own client sends meanwhile: no more than these. */
const OWN = 200;
/** Another number breaks other things: SEED=7 npm run itest -w services/media. */
const SEED = Number(process.env["SEED"] ?? 0);

let bystander: Bystander;
beforeEach(async () => {
  bystander = await Bystander.open(41_700);
});
afterEach(() => bystander.close());

/** RTP of its publisher, RTCP of its viewer, who asks for key frames and for packets again; the rest is the same for both. */
function intruderOf({ publisher, viewer }: LiveSession, protocol: Protocol, dice: Dice): Intruder {
  const [{ pc }, ssrc] = protocol === "RTCP" ? [viewer, viewer.headers[0]!.ssrc] : [publisher, publisher.pc.getSenders()[0]!.ssrc];
  return new Intruder(pc, { ssrc, nextSequenceNumber: () => publisher.nextSequenceNumber() }, dice);
}

/** Sends at least {@link COUNT}, and until the server has taken half as many past the authentication: broken ones, not the session's own. */
async function attack(intruder: Intruder, protocol: Protocol): Promise<{ sent: number; authenticated: number }> {
  const count = async () => (await bystander.server.authenticated())[intruder.countedAs(protocol)] ?? 0;
  const before = await count();
  let [sent, authenticated] = [0, 0];
  while (sent < COUNT || (authenticated < COUNT / 2 && sent < COUNT * 3)) {
    for (let i = 0; i < AT_ONCE; i++) intruder.send(protocol, i % 2 === 0);
    await intruder.settle();
    sent += AT_ONCE;
    const checks = protocol === "STUN" ? sent / AT_ONCE : 0;
    authenticated = (await count()) - before - checks - OWN;
    if (sent % 2_500 === 0) await bystander.expectAlive();
  }
  return { sent, authenticated };
}

/** What broken messages past the authentication still are: pictures of the stream, requests for key frames, requests for packets. */
const effectsOn = async (live: LiveSession) => ({
  packets: await live.count(live.endpoint, "packetsReceived"),
  plis: await live.count(live.viewed, "pliCount"),
  nacks: await live.count(live.viewed, "nackCount"),
});
const LEAST_EFFECTS: Partial<Record<Protocol, Partial<Awaited<ReturnType<typeof effectsOn>>>>> = {
  RTP: { packets: COUNT / 5 },
  RTCP: { plis: COUNT / 50, nacks: COUNT / 100 },
};

test.each<[Protocol, number]>([
  ["RTP", 3],
  ["RTCP", 4],
  ["STUN", 5],
  ["DTLS", 6],
])("%s, half of it past the authentication of a live session", async (protocol, seed) => {
  const live = await LiveSession.open(bystander.scene);
  const intruder = intruderOf(live, protocol, new Dice(SEED * 10 + seed));
  live.publisher.pause();
  const published = live.publisher.sent;
  const before = await effectsOn(live);
  const { sent, authenticated } = await attack(intruder, protocol);
  const after = await effectsOn(live);
  await bystander.expectAlive();
  expect({ sent, authenticated, isEnough: sent >= COUNT && authenticated >= COUNT / 2 }).toEqual({ sent, authenticated, isEnough: true });
  expect(live.publisher.sent).toBe(published);
  for (const [name, least] of Object.entries(LEAST_EFFECTS[protocol] ?? {}) as [keyof typeof before, number][]) {
    expect(after[name] - before[name]).toBeGreaterThan(least);
  }
  live.publisher.start();
  // The session took what it sent to the end: its own pictures still come, and its goodbye is understood.
  await live.expectAlive();
  intruder.sayGoodbye();
  const endpoint = protocol === "RTCP" ? live.viewed : live.endpoint;
  await until(async () => {
    const state = await call(endpoint, "getConnectionState");
    return state === "DISCONNECTED" ? null : `after its goodbye the session is ${String(state)}`;
  });
});
