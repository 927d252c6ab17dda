import { Attacker } from "./testing/attacker";
import { LiveSession } from "./testing/liveSession";
import { breakSdp, Dice } from "./testing/mutate";
import { breakerOf, sdpReadings } from "./testing/readings";
import { recorded } from "./testing/wire";

// Broken descriptions from one client of the control port while another's stream runs.
jest.setTimeout(600_000);
const COUNT = 10_000;
/** Another number breaks other things: SEED=7 npm run itest -w services/media. */
const SEED = Number(process.env["SEED"] ?? 0);

let attacker: Attacker;
beforeEach(async () => {
  attacker = await Attacker.open(41_800);
});
afterEach(() => attacker.close());

/** Descriptions that recorded peers gave. */
function recordedDescriptions(): string[] {
  const said = ["publish-view-record", "rtp-cascade"].flatMap(recorded).map(({ msg }) => JSON.stringify(msg));
  return said.flatMap((text) => [...text.matchAll(/"(v=0\\r\\n(?:[^"\\]|\\.)*)"/g)].map(([, sdp]) => JSON.parse(`"${sdp}"`) as string));
}

interface Attempt {
  type: "WebRtcEndpoint" | "RtpEndpoint";
  sdp: string;
  /** `again`: an offer to the endpoint of the living session; else an offer to a new endpoint, or an answer to its offer. */
  as: "offer" | "answer" | "again";
}

type Breaker = Pick<Attempt, "type"> & { sdp: () => string };

/** What breaks a description in a new way each time, for an element that will read it. */
const breaker = (type: Attempt["type"], whole: string, dice: Dice): Breaker => ({
  type,
  sdp: breakerOf(sdpReadings[type], whole, (text) => breakSdp(text, dice)),
});

/** Mutations of recorded descriptions, and twice as many of the living session's own offer: half of these for its own endpoint. */
function attempts(dice: Dice, recordings: Breaker[], own: Breaker): Attempt[] {
  const attempt = ({ type, sdp }: Breaker, as: Attempt["as"]) => ({ type, as, sdp: sdp() });
  const asOnNew = () => (dice.below(5) === 0 ? "answer" : "offer");
  const turns = Array.from({ length: 10 }, () => [
    attempt(dice.pick(recordings), asOnNew()),
    attempt(own, asOnNew()),
    attempt(own, "again"),
  ]);
  return turns.flat();
}

/** Makes the attempts side by side; counts the errors by name, and those that were `done`. */
async function make(all: Attempt[], mediaPipeline: string, living: string, outcomes: Record<string, number>): Promise<void> {
  const invoke = async ({ as, sdp }: Attempt, object: string) => {
    const [operation, name] = as === "answer" ? ["processAnswer", "answer"] : ["processOffer", "offer"];
    const outcome = await attacker.outcomeOf("invoke", { object, operation, operationParams: { [name]: sdp } });
    const key = as === "again" ? `again: ${outcome}` : outcome;
    outcomes[key] = (outcomes[key] ?? 0) + 1;
  };
  const turn = async (what: Attempt) => {
    if (what.as === "again") return invoke(what, living);
    const object = await attacker.ask("create", { type: what.type, constructorParams: { mediaPipeline } });
    if (what.as === "answer") await attacker.ask("invoke", { object, operation: "generateOffer" });
    await invoke(what, object);
    await attacker.ask("release", { object });
  };
  await Promise.all(all.map(turn));
}

test("SDP", async () => {
  const dice = new Dice(SEED * 10 + 2);
  const live = await LiveSession.open(attacker.bystander.scene);
  const own = live.publisher.pc.localDescription!.sdp;
  const ownOffers = breaker("WebRtcEndpoint", own, dice);
  const descriptions = recordedDescriptions();
  expect(descriptions.length).toBeGreaterThan(4);
  // One in four for plain RTP.
  const types = ["WebRtcEndpoint", "WebRtcEndpoint", "WebRtcEndpoint", "RtpEndpoint"] as const;
  const recordings = descriptions.flatMap((whole) => types.map((type) => breaker(type, whole, dice)));
  const secrets = ["candidate", "ice-ufrag", "ice-pwd", "fingerprint"].filter((name) => own.includes(`a=${name}:`));
  expect(secrets).toHaveLength(4);
  const mediaPipeline = await attacker.ask("create", { type: "MediaPipeline" });
  const outcomes: Record<string, number> = {};
  for (let sent = 0; sent < COUNT; sent += 20) {
    await make(attempts(dice, recordings, ownOffers), mediaPipeline, live.endpoint.id, outcomes);
    if (sent % 2_000 === 0) await attacker.bystander.expectAlive();
  }
  await live.expectAlive();
  expectBothSides(outcomes);
  await live.release();
  await attacker.expectCollected();
});

/** Many were negotiated all the same, many could not be read; the living session's endpoint took none. */
function expectBothSides(outcomes: Record<string, number>): void {
  const { done = 0, SDP_PARSE_ERROR: unread = 0, ...others } = outcomes;
  const { SDP_END_POINT_PROCESS_OFFER_ERROR: _offer, SDP_END_POINT_PROCESS_ANSWER_ERROR: _answer, ...rest } = others;
  expect(rest).toEqual({ "again: SDP_END_POINT_ALREADY_NEGOTIATED": COUNT / 2 });
  expect({ outcomes, isDeep: Math.min(done, unread) > COUNT / 10 }).toEqual({ outcomes, isDeep: true });
}
