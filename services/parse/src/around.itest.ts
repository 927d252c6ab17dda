import { clientOf, stream } from "./testing/client";
import { throwawayRedis } from "./testing/containers";
import { master, masterKey, prepareGround, type Ground } from "./testing/service";
import { until } from "./until";

// What is around Parse: its database that goes and comes back, live queries over Redis, and push, which a site has not.
let ground: Ground;
beforeAll(async () => {
  ground = await prepareGround();
});
afterAll(() => ground?.remove());

interface Heard {
  readonly op: string;
  readonly object?: { readonly streamId: string };
}

/** A live query on all streams, subscribed or refused. */
async function listen(port: number, credentials: object): Promise<{ messages: Heard[]; close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api`);
  const messages: Heard[] = [];
  socket.onmessage = ({ data }) => messages.push(JSON.parse(String(data)) as Heard);
  const came = (...ops: string[]) =>
    until(async () => (messages.some(({ op }) => ops.includes(op)) ? null : JSON.stringify(messages)), { withinMs: 5000 });
  await new Promise((resolve) => (socket.onopen = resolve));
  socket.send(JSON.stringify({ op: "connect", applicationId: "barecast", ...credentials }));
  await came("connected");
  socket.send(JSON.stringify({ op: "subscribe", requestId: 1, query: { className: "Stream", where: {} }, ...credentials }));
  await came("subscribed", "error");
  return { messages, close: () => socket.close() };
}

test("live queries over Redis: an operator hears of a stream, a stranger does not, the master key is nothing there", async () => {
  const redis = await throwawayRedis("redis-password-of-the-test");
  const over = { liveQuery: true, redis: { host: "127.0.0.1", port: redis.port } };
  const parse = await ground.start(over, { redis: "redis-password-of-the-test" });
  const { ask, tokenOf } = clientOf(parse);
  const olga = await listen(parse.port, { sessionToken: await tokenOf("olga") });
  const others = [await listen(parse.port, {}), await listen(parse.port, { masterKey })];
  expect((await ask("POST", "/api/classes/Stream", master, stream({ streamId: "live-1" }))).status).toBe(201);
  await until(async () => (olga.messages.some(({ object }) => object?.streamId === "live-1") ? null : JSON.stringify(olga.messages)), {
    withinMs: 5000,
  });
  for (const { messages } of others) expect(messages.filter(({ op }) => op === "create")).toEqual([]);
  for (const { close } of [olga, ...others]) close();
  expect(await parse.stop()).toBe(0);
  await redis.remove();
});

test("says what is wrong while its database is away, and comes back with it", async () => {
  const parse = await ground.start();
  const { ask } = clientOf(parse);
  await ground.database.halt();
  // That it answered holds for some seconds.
  const isAway = async () => ((await ask("GET", "/health")).status === 503 ? null : "It is said to be there");
  await until(isAway, { withinMs: 10_000 });
  expect((await ask("GET", "/health")).body).toEqual({ status: "unready", database: expect.stringMatching(/./) });
  await ground.database.start();
  expect(await ask("GET", "/health")).toEqual({ status: 200, body: { status: "ok", database: "ok" } });
  expect(await parse.stop()).toBe(0);
});

test("push is refused, for want of a configuration", async () => {
  const parse = await ground.start();
  const { status, body } = await clientOf(parse).ask("POST", "/api/push", master, { where: {}, data: { alert: "fire" } });
  expect({ status, body }).toEqual({ status: 400, body: { code: 115, error: "Missing push configuration" } });
  expect(await parse.stop()).toBe(0);
});
