import { offer, published, signedIn, typesOn } from "../testing/actors";
import { until } from "../testing/client";
import { startSetup, type Setup } from "../testing/setup";
import { webSocketTimes } from "../webSockets";

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup({}, { sessionCacheMs: 0, webSocket: { ...webSocketTimes, recheckMs: 50 } });
});
afterEach(() => setup.close());

test("who is no operator any more views and lists nothing, and the connection stays", async () => {
  const streamId = await published(await signedIn(setup, "rita"));
  const operator = await signedIn(setup, "olga");
  operator.send({ type: "watch", id: "w" });
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await operator.next("answer");
  setup.parse.roles["olga"] = [];
  expect(await operator.next("ended")).toEqual({
    type: "ended",
    connectionId: "tile",
    reason: "olga may not view streams: the role operator is needed",
    code: "forbidden",
  });
  expect(await operator.next("error")).toEqual({
    type: "error",
    code: "forbidden",
    message: "olga may not list streams: the role operator is needed",
  });
  expect(operator.received.filter(({ type }) => type === "streams").at(-1)).toEqual({ type: "streams", streams: [] });
  await until(() => (typesOn(setup).length === 2 ? null : `left: ${typesOn(setup).join(", ")}`));
  operator.send({ type: "ping", id: "x" });
  await operator.next("pong");
});

test("who is no reporter any more publishes no more; what another role allows goes on", async () => {
  setup.parse.roles["rita"] = ["reporter", "operator"];
  const other = await published(await signedIn(setup, "ada"));
  const rita = await signedIn(setup, "rita");
  const streamId = await published(rita);
  rita.send({ type: "view", id: "v", connectionId: "tile", streamId: other, offer });
  await rita.next("answer", ({ id }) => id === "v");
  setup.parse.roles["rita"] = ["operator"];
  const reason = "rita may not publish: the role reporter is needed";
  expect(await rita.next("ended")).toEqual({ type: "ended", connectionId: "phone", reason, code: "forbidden" });
  await until(() => (typesOn(setup).length === 3 ? null : `left: ${typesOn(setup).join(", ")}`));
  expect(rita.received.filter(({ type }) => type === "ended")).toHaveLength(1);
  await until(() => (setup.parse.rows.some((row) => row["endedAt"]) ? null : "the end is not marked"));
  expect(setup.parse.rows.filter((row) => row["endedAt"])).toMatchObject([{ className: "Stream", streamId, reason }]);
});
