import { published, offer, signedIn, typesOn } from "./testing/actors";
import { connectClient, until } from "./testing/client";
import { closeAfterEach } from "./testing/closing";
import { startFlooder } from "./testing/flooder";
import { origin, startSetup } from "./testing/setup";

const closeAtEnd = closeAfterEach();

test("who sends without end is hung up on with 4429; others are answered", async () => {
  const setup = await startSetup();
  closeAtEnd(() => setup.close());
  const [flooder, other] = [await signedIn(setup, "ada"), await signedIn(setup, "olga")];
  for (let count = 0; count < 5000; count++) flooder.send({ type: "ping", id: `${count}` });
  other.send({ type: "ping", id: "still there" });
  expect(await other.next("pong")).toEqual({ type: "pong", id: "still there" });
  expect(await flooder.closed).toBe(4429);
  const error = { type: "error", code: "tooMany", message: "Too many messages. Slow down and connect again" };
  expect(flooder.received.at(-1)).toEqual(error);
  // The burst that a wall of 32 tiles needs, and what comes in in the meantime at 100 a second.
  const answered = flooder.received.filter(({ type }) => type === "pong").length;
  expect(answered).toBeGreaterThanOrEqual(999);
  expect(answered).toBeLessThan(5000);
});

test("a person has twenty connections at a time, and others have theirs", async () => {
  const setup = await startSetup();
  closeAtEnd(() => setup.close());
  const own = [];
  for (let count = 0; count < 20; count++) own.push(await signedIn(setup, "olga"));
  const late = await connectClient(setup.signaling.port, { origin });
  late.send({ type: "authenticate", id: "a", token: "token-olga" });
  expect(await late.closed).toBe(4429);
  const error = { type: "error", id: "a", code: "tooMany", message: "Too many connections of one person. Close other windows" };
  expect(late.received).toEqual([error]);
  await signedIn(setup, "rita");
  own[0]!.close();
  await until(async () => {
    const next = await connectClient(setup.signaling.port, { origin });
    next.send({ type: "authenticate", id: "a", token: "token-olga" });
    const isIn = await Promise.race([next.next("authenticated").then(() => true), next.closed.then(() => false)]);
    return isIn ? null : "the place of the closed one is not free";
  });
});

test("a connection publishes four streams at a time; one more leaves nothing on the media server", async () => {
  const setup = await startSetup();
  closeAtEnd(() => setup.close());
  const reporter = await signedIn(setup, "rita");
  await published(reporter);
  for (const id of ["p2", "p3", "p4"]) {
    reporter.send({ type: "publish", id, connectionId: id, title: id, offer });
    await reporter.next("answer", (answer) => answer.id === id);
  }
  const before = typesOn(setup);
  reporter.send({ type: "publish", id: "p5", connectionId: "p5", title: "p5", offer });
  expect(await reporter.next("error")).toEqual({
    type: "error",
    id: "p5",
    code: "tooMany",
    message: "At most 4 at a time; stop one first",
  });
  expect(typesOn(setup)).toEqual(before);
});

test.each([
  ["pings", (): object[] => [{ type: "ping", id: "x" }]],
  ["requests for the list", (): object[] => [{ type: "watch", id: "x" }]],
  [
    "joins and leaves",
    (streamId: string, number: number): object[] => [
      { type: "view", id: "x", connectionId: `c${number}`, streamId, offer },
      { type: "stop", id: "x", connectionId: `c${number}` },
    ],
  ],
  ["joins", (streamId: string, number: number): object[] => [{ type: "view", id: "x", connectionId: `c${number}`, streamId, offer }]],
])(
  "one who floods with %s, hung up on again and again, and an address that knocks, don't hold up another's joins",
  async (_what, frames) => {
    const setup = await startSetup({ trustedProxies: ["127.0.0.0/8"] });
    closeAtEnd(() => setup.close());
    const { port } = setup.signaling;
    const streamId = await published(await signedIn(setup, "rita"));
    const viewer = await signedIn(setup, "olga");
    const rest = Array.from({ length: 1600 }, (_, number) => frames(streamId, number)).flat();
    const from = (address: string) => ({ port, headers: { origin, "x-forwarded-for": address } });
    const flooder = startFlooder({
      ...from("198.51.100.1"),
      connections: 2,
      first: JSON.stringify({ type: "authenticate", id: "a", token: "token-ada" }),
      rest: rest.slice(0, 1600).map((frame) => JSON.stringify(frame)),
    });
    closeAtEnd(() => flooder.stop());
    const knocker = startFlooder({ ...from("198.51.100.2"), connections: 30, rest: [] });
    closeAtEnd(() => knocker.stop());
    const ended = ({ ends }: { ends: number[] }, code: number) => until(() => (ends.includes(code) ? null : `ended with ${ends.join()}`));
    await Promise.all([ended(flooder, 4429), ended(knocker, 429)]);
    const before = [flooder.ends.length, knocker.ends.length];
    const took: number[] = [];
    for (let join = 1; join <= 30; join++) {
      const connectionId = `tile ${join}`;
      const asked = performance.now();
      viewer.send({ type: "view", id: connectionId, connectionId, streamId, offer });
      await viewer.next("answer", ({ id }) => id === connectionId);
      took.push(performance.now() - asked);
      viewer.send({ type: "stop", id: `no ${join}`, connectionId });
      await viewer.next("stopped", ({ id }) => id === `no ${join}`);
    }
    const went = [flooder.ends.length, knocker.ends.length].map((count, index) => count - before[index]!);
    // The middle one: a computer may stand still for a moment. Behind the flood each would take twenty seconds.
    expect(took.sort((one, other) => one - other)[15]).toBeLessThan(8000);
    expect(Math.min(...went)).toBeGreaterThan(0);
    // Who does not say who it is may wait for ten seconds.
    const late = 4401;
    expect([new Set(flooder.ends), new Set([...knocker.ends, late])]).toEqual([new Set([4429]), new Set([429, late])]);
  },
);
