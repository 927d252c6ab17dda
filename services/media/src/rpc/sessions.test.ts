import { type MediaServer, startMediaServer } from "../index";
import { createLog } from "../log";
import { type Message, RawClient } from "../testing/wire";
import { until } from "../testing/until";

let server: MediaServer;
let clients: RawClient[];
beforeEach(async () => {
  clients = [];
  server = await startMediaServer(
    { controlPort: 0, sessionTimeoutMs: 200 },
    createLog("error", () => undefined),
  );
});
afterEach(async () => {
  clients.forEach((client) => client.close());
  await server.close();
});

async function open(): Promise<RawClient> {
  const client = await RawClient.open(server.port);
  clients.push(client);
  return client;
}
const request = (id: number, method: string, params: Message = {}) => ({ jsonrpc: "2.0", id, method, params });
const result = (answer: Message) => answer["result"] as Message;
const objects = () => Object.values(server.stats().objects).reduce((sum, count) => sum + count, 0);

test("a request id that comes again gets the same answer, also after a reconnection", async () => {
  const first = await open();
  const made = await first.ask(request(1, "create", { type: "MediaPipeline" }));
  const sessionId = result(made)["sessionId"];
  const again = await first.ask(request(1, "create", { type: "MediaPipeline", sessionId }));
  expect(again).toEqual(made);
  first.close();
  const second = await open();
  expect(await second.ask(request(2, "connect", { sessionId }))).toMatchObject({ result: { sessionId } });
  expect(await second.ask(request(1, "create", { type: "MediaPipeline", sessionId }))).toEqual(made);
  expect(objects()).toBe(1);
});

test("objects of a session that does not come back are collected; those another session uses stay", async () => {
  const first = await open();
  const mine = result(await first.ask(request(1, "create", { type: "MediaPipeline" })));
  const shared = result(await first.ask(request(2, "create", { type: "MediaPipeline", sessionId: mine["sessionId"] })));
  const other = await open();
  await other.ask(request(1, "describe", { object: shared["value"] }));
  first.close();
  await until(() => (objects() === 1 ? null : `${objects()} objects`));
  const named = await other.ask(request(2, "invoke", { object: shared["value"], operation: "getName" }));
  expect(result(named)["value"]).toBe(shared["value"]);
});

test("an unknown session is refused", async () => {
  const client = await open();
  const sessionId = "00000000-0000-0000-0000-000000000000";
  expect(await client.ask(request(1, "connect", { sessionId }))).toEqual({
    id: 1,
    jsonrpc: "2.0",
    error: { code: 40007, data: { type: "INVALID_SESSION" }, message: "Invalid session" },
  });
});

test("the server manager can't be released: it is everybody's", async () => {
  const client = await open();
  const object = "manager_ServerManager";
  expect(await client.ask(request(1, "release", { object }))).toMatchObject({
    error: { code: 40107, message: "Object 'manager_ServerManager' can't be released" },
  });
  expect(await client.ask(request(2, "describe", { object }))).toMatchObject({ result: { type: "ServerManager" } });
});

test("a transaction refers to what it made and ends at its first error", async () => {
  const client = await open();
  const operations = [
    request(0, "create", { type: "MediaPipeline" }),
    request(1, "create", { type: "WebRtcEndpoint", constructorParams: { mediaPipeline: "newref:0" } }),
    request(2, "invoke", { object: "newref:1", operation: "nothing" }),
    request(3, "create", { type: "MediaPipeline" }),
  ];
  const answers = result(await client.ask(request(1, "transaction", { operations })))["value"] as Message[];
  expect(answers.map((answer) => ("error" in answer ? (answer["error"] as Message)["code"] : "made"))).toEqual(["made", "made", 40105]);
  expect(server.stats().objects).toEqual({ MediaPipeline: 1, WebRtcEndpoint: 1 });
});

test.each([
  ["{", null, { code: -32700, message: "Parse error." }],
  ['{"id":1}', 1, { code: -32600, message: "Invalid JSON-RPC request." }],
  ['{"jsonrpc":"2.0","id":2,"method":"constructor"}', 2, { code: -32601, message: "Method not found." }],
  [
    '{"jsonrpc":"2.0","id":3,"method":"create","params":{"type":"toString"}}',
    3,
    { code: 40100, data: { type: "MEDIA_OBJECT_TYPE_NOT_FOUND" }, message: "Class 'toString' not found" },
  ],
  [
    '{"jsonrpc":"2.0","id":4,"method":"create","params":{}}',
    4,
    { code: 40001, data: { type: "MARSHALL_ERROR" }, message: "'type' parameter should be a string" },
  ],
])("%s is answered with an error", async (text, id, error) => {
  const client = await open();
  expect(await client.askRaw(text, id)).toEqual({ id, jsonrpc: "2.0", error });
});

test("health says what lives", async () => {
  const response = await fetch(`http://127.0.0.1:${server.port}/health`);
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 200,
    body: { status: "ok", objects: {}, sessions: 0, packetsIn: 0, bytesIn: 0 },
  });
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
});
