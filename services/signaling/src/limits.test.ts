import { published, offer, signedIn, typesOn } from "./testing/actors";
import { connectClient, until } from "./testing/client";
import { closeAfterEach } from "./testing/closing";
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
