import { offer, published, signedIn } from "../testing/actors";
import { connectClient, until } from "../testing/client";
import { origin, startSetup, type Setup } from "../testing/setup";
import { StreamRegistry } from "../streams";
import { HeldConnections } from "./heldConnections";

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup();
});
afterEach(() => setup.close());

test("a reporter may not publish unrecorded, and nothing is made for it", async () => {
  const phone = await signedIn(setup, "rita");
  phone.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer, isRecorded: false });
  const { code, message } = await phone.next("error");
  expect({ code, message }).toEqual({ code: "forbidden", message: "rita may not publish unrecorded: the role operator is needed" });
  expect(setup.media.asked.filter((asked) => asked.startsWith("create"))).toEqual([]);
});

test.each([
  ["no token", { type: "authenticate", id: "a" } as const, "Sign in first"],
  ["a bad token", { type: "authenticate", id: "a", token: "made-up" } as const, "The session is not valid any more. Sign in again"],
  ["a request before authenticate", { type: "watch", id: "a" } as const, "Sign in first"],
])("%s: error, then close 4401, and nothing on the media server", async (_name, message, text) => {
  const client = await connectClient(setup.signaling.port, { origin });
  client.send(message);
  expect(await client.next("error")).toEqual({ type: "error", id: "a", code: "unauthenticated", message: text });
  expect(await client.closed).toBe(4401);
  expect(setup.media.asked.filter((what) => what.startsWith("create"))).toEqual([]);
});

test("the wrong role is refused in words, the connection stays, and nothing is made", async () => {
  const operator = await signedIn(setup, "olga");
  operator.send({ type: "publish", id: "p", connectionId: "c", title: "No", offer });
  expect(await operator.next("error")).toEqual({
    type: "error",
    id: "p",
    code: "forbidden",
    message: "olga may not publish: the role reporter is needed",
  });
  const reporter = await signedIn(setup, "rita");
  reporter.send({ type: "watch", id: "w" });
  reporter.send({ type: "view", id: "v", connectionId: "c", streamId: "any", offer });
  await reporter.next("error", ({ id, code }) => id === "v" && code === "forbidden");
  await reporter.next("error", ({ id, code }) => id === "w" && code === "forbidden");
  expect(setup.media.asked.filter((what) => what.startsWith("create"))).toEqual([]);
});

test("a bug is answered `internal` and logged with its place, whether it shows at once or later, and the connection goes on", async () => {
  const views = jest.spyOn(StreamRegistry.prototype, "views").mockImplementationOnce(() => {
    throw new Error("no views");
  });
  const stop = jest.spyOn(HeldConnections.prototype, "stop").mockRejectedValueOnce(new Error("no end"));
  const operator = await signedIn(setup, "olga");
  operator.send({ type: "watch", id: "w1" });
  operator.send({ type: "stop", id: "s1", connectionId: "c" });
  const message = "Something went wrong on the server. Its log says what";
  for (const id of ["w1", "s1"])
    expect(await operator.next("error", (error) => error.id === id)).toEqual({ type: "error", id, code: "internal", message });
  const logged = setup.log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line["message"] === "A request failed");
  expect(logged).toMatchObject([
    { level: "error", request: "watch", reason: "no views", stack: expect.stringContaining("watching.ts") },
    { level: "error", request: "stop", reason: "no end" },
  ]);
  operator.send({ type: "watch", id: "w2" });
  expect(await operator.next("streams", ({ id }) => id === "w2")).toEqual({ type: "streams", id: "w2", streams: [] });
  views.mockRestore();
  stop.mockRestore();
});

test("a foreign origin gets HTTP 403 with a body, at the upgrade and at /session", async () => {
  const { port } = setup.signaling;
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGVzdA==" };
  const refused = await rawGet(port, "/ws", { ...upgrade, origin: "https://evil.example" });
  expect(refused).toEqual({
    status: 403,
    body: {
      code: "forbidden",
      message: 'Pages of "https://evil.example" may not use this server. Open https://replica.localhost instead',
    },
  });
  const session = await fetch(`http://127.0.0.1:${port}/session`, {
    method: "POST",
    headers: { origin: "https://replica.localhost:444", "content-type": "application/json" },
    body: JSON.stringify({ username: "olga", password: "olga" }),
  });
  expect(session.status).toBe(403);
  expect(setup.parse.asked.filter((what) => /login|users|roles/.test(what))).toEqual([]);
});

test("an offer that the media server refuses leaves nothing behind", async () => {
  const phone = await signedIn(setup, "rita");
  setup.media.failNext("processOffer", "Invalid SDP");
  phone.send({ type: "publish", id: "p", connectionId: "c", title: "Bad", offer });
  expect(await phone.next("error")).toEqual({
    type: "error",
    id: "p",
    code: "mediaRefused",
    message: "The media server refused the stream: Invalid SDP",
  });
  phone.send({ type: "publish", id: "q", connectionId: "c", title: "Worse", offer: "not an sdp" });
  await phone.next("error", ({ id, message }) => id === "q" && message === "The offer is no session description with media in it");
  await until(() => (setup.media.objects().length === 0 ? null : `left: ${setup.media.objects().join(", ")}`));
});

test("a message that is none ends the connection with 4400 and says what is wrong", async () => {
  const phone = await signedIn(setup, "rita");
  await published(phone);
  phone.send({ type: "publish", id: "p", connectionId: "c", title: "  ", offer } as never);
  await phone.next("error", ({ code, message }) => code === "badMessage" && message.startsWith("title: "));
  expect(await phone.closed).toBe(4400);
  await until(() => (setup.media.objects().length === 0 ? null : "the stream stayed"));
});

async function rawGet(port: number, path: string, headers: Record<string, string>): Promise<{ status: number | undefined; body: unknown }> {
  const { get } = await import("node:http");
  return new Promise((resolve, reject) =>
    get({ port, path, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    }).on("error", reject),
  );
}
