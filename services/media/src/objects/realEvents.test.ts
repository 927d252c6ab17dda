import { call } from "../testing/client";
import { Scene } from "../testing/scene";
import { until } from "../testing/until";
import { type Message, normal, recorded } from "../testing/wire";

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open(41_100);
});
afterEach(() => scene.close());

/** Every event of a type that a real server was seen to send, without what differs from run to run. */
const REAL = new Set(
  recorded("publish-view-record")
    .filter(({ msg }) => msg["method"] === "onEvent")
    .map(({ msg }) => JSON.stringify(normal(((msg["params"] as Message)["value"] as Message)["data"]))),
);
const shape = (event: unknown) =>
  JSON.stringify(sortKeys(normal(event))).replace(/"binName":"[^"]*"/, '"binName":"kmswebrtcendpoint5_kmsagnosticbin2-0"');
const sortKeys = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, entry]) => [key, sortKeys(entry)]),
      )
    : value;

test("each event is one that a real server sends, in its order", async () => {
  const source = await scene.publish();
  const { endpoint } = await scene.view(source);
  await until(() => (scene.viewed.some(({ type }) => type === "MediaStateChanged") ? null : "no MediaStateChanged"));
  scene.publisher.pause();
  await until(() => (scene.viewed.some(({ state }) => state === "NOT_FLOWING") ? null : "still flowing"));
  await until(() => (scene.published.some(({ state }) => state === "NOT_FLOWING") ? null : "still flowing"));
  // The real recording has no NOT_FLOWING of a viewer of this kind; the camera's has.
  const unknown = [...scene.published, ...scene.viewed]
    .map(shape)
    .filter((event) => !REAL.has(event) && !/In.*NOT_FLOWING|NOT_FLOWING.*FlowIn/.test(event));
  expect(unknown).toEqual([]);
  const order = scene.viewed.map(({ type, state, newState, componentId }) =>
    [type, componentId, state ?? newState].filter(Boolean).join(" "),
  );
  expect(order).toEqual([
    "IceComponentStateChanged 2 GATHERING",
    "IceComponentStateChanged 1 GATHERING",
    "IceGatheringDone",
    "IceComponentStateChanged 1 CONNECTING",
    "NewCandidatePairSelected",
    "IceComponentStateChanged 1 CONNECTED",
    "IceComponentStateChanged 1 READY",
    "ConnectionStateChanged CONNECTED",
    "MediaFlowInStateChanged FLOWING",
    "MediaStateChanged CONNECTED",
    "MediaFlowInStateChanged NOT_FLOWING",
  ]);
  expect(await call(endpoint, "isMediaFlowingIn", "VIDEO")).toBe(false);
});

test("statistics have the fields of a real server's", async () => {
  const source = await scene.publish();
  const { endpoint } = await scene.view(source);
  const fields = (value: unknown) =>
    Object.values(value as Record<string, object>)
      .map((entry) => Object.keys(entry).sort())
      .sort();
  const real = (operationId: number) =>
    (
      recorded("publish-view-record").find(({ dir, msg }) => dir === "server->client" && msg["id"] === operationId)!.msg[
        "result"
      ] as Message
    )["value"];
  expect(fields(await call(source, "getStats", "VIDEO"))).toEqual(fields(real(57)));
  expect(fields(await call(endpoint, "getStats", "VIDEO"))).toEqual(fields(real(58)));
});
