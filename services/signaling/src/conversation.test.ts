import { connectClient, until, type TestClient } from "./testing/client";
import { origin, startSetup, type Setup } from "./testing/setup";

const offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:0\r\na=rtpmap:97 VP8/90000\r\n";
const candidate = { candidate: "candidate:1 1 udp 2116026367 192.0.2.9 34618 typ host", sdpMid: "0", sdpMLineIndex: 0 };

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup();
});
afterEach(() => setup.close());

async function signIn(name: string): Promise<TestClient> {
  const client = await connectClient(setup.signaling.port, { origin });
  client.send({ type: "authenticate", id: "a", token: `token-${name}` });
  await client.next("authenticated");
  return client;
}

async function publish(client: TestClient): Promise<string> {
  client.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  return (await client.next("answer")).streamId;
}

test("authenticated says who it is and gives TURN credentials", async () => {
  const client = await signIn("rita");
  const { iceServers, ...rest } = await client.next("authenticated");
  expect(rest).toEqual({
    type: "authenticated",
    id: "a",
    user: { id: "id-rita", name: "rita", roles: ["reporter"] },
    iceTtlSeconds: 3600,
  });
  expect(iceServers).toEqual([
    {
      urls: ["turn:turn.replica.localhost:3478?transport=udp"],
      username: expect.stringMatching(/^\d+:id-rita$/),
      credential: expect.any(String),
    },
  ]);
});

test("a reporter may not publish unrecorded, and nothing is made for it", async () => {
  const phone = await signIn("rita");
  phone.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer, isRecorded: false });
  const { code, message } = await phone.next("error");
  expect({ code, message }).toEqual({ code: "forbidden", message: "rita may not publish unrecorded: the role operator is needed" });
  expect(setup.media.asked.filter((asked) => asked.startsWith("create"))).toEqual([]);
});

test("a phone publishes, an operator views, candidates go both ways, and leaving gives everything back", async () => {
  const phone = await signIn("rita");
  phone.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  phone.send({ type: "candidate", connectionId: "phone", candidate });
  const { streamId, answer } = await phone.next("answer");
  expect(answer).toContain("s=Kurento Media Server");
  const ours = await phone.next("candidate");
  expect(ours).toEqual({
    type: "candidate",
    connectionId: "phone",
    candidate: { candidate: "candidate:1 1 UDP 2015363327 192.0.2.2 9545 typ host", sdpMLineIndex: 0, sdpMid: "0" },
  });
  await until(() => (setup.media.asked.includes("invoke addIceCandidate") ? null : "the early candidate was not handed over"));

  const operator = await signIn("olga");
  operator.send({ type: "watch", id: "w" });
  expect((await operator.next("streams")).streams).toEqual([
    {
      id: streamId,
      title: "At the gate",
      kind: "phone",
      state: "connecting",
      isRecording: false,
      startedAt: expect.any(String),
      viewers: 0,
    },
  ]);
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await operator.next("answer");
  await operator.next("streams", ({ streams }) => streams[0]?.viewers === 1);
  setup.media.emit("WebRtcEndpoint", "MediaFlowOutStateChanged", { state: "FLOWING", mediaType: "VIDEO" });
  expect(setup.media.objects().map((id) => id.replace(/.*_kurento\./, ""))).toEqual(["MediaPipeline", "WebRtcEndpoint", "WebRtcEndpoint"]);

  phone.close();
  expect(await operator.next("ended")).toEqual({ type: "ended", connectionId: "tile", reason: "The stream has ended" });
  await operator.next("streams", ({ streams, id }) => id === undefined && streams.length === 0);
  await until(() => (setup.media.objects().length === 0 ? null : `left on the media server: ${setup.media.objects().join(", ")}`));
  await until(() => (setup.parse.rows[0]?.["endedAt"] ? null : `the end is not marked: ${JSON.stringify(setup.parse.rows)}`));
  expect(setup.parse.rows).toMatchObject([{ className: "Stream", streamId, reason: "The connection to the publisher was lost" }]);
});

test("a stream is live once its media flows", async () => {
  const phone = await signIn("rita");
  const operator = await signIn("olga");
  operator.send({ type: "watch", id: "w" });
  await publish(phone);
  setup.media.emit("WebRtcEndpoint", "MediaFlowOutStateChanged", { state: "FLOWING", mediaType: "VIDEO" });
  await operator.next("streams", ({ streams }) => streams[0]?.state === "live");
});

test("stop is answered and gives back the endpoint alone", async () => {
  const phone = await signIn("rita");
  const streamId = await publish(phone);
  const operator = await signIn("olga");
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await operator.next("answer");
  operator.send({ type: "stop", id: "s", connectionId: "tile" });
  expect(await operator.next("stopped")).toEqual({ type: "stopped", id: "s", connectionId: "tile" });
  expect(setup.media.objects().map((id) => id.replace(/.*_kurento\./, ""))).toEqual(["MediaPipeline", "WebRtcEndpoint"]);
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
  const operator = await signIn("olga");
  operator.send({ type: "publish", id: "p", connectionId: "c", title: "No", offer });
  expect(await operator.next("error")).toEqual({
    type: "error",
    id: "p",
    code: "forbidden",
    message: "olga may not publish: the role reporter is needed",
  });
  const reporter = await signIn("rita");
  reporter.send({ type: "watch", id: "w" });
  reporter.send({ type: "view", id: "v", connectionId: "c", streamId: "any", offer });
  await reporter.next("error", ({ id, code }) => id === "v" && code === "forbidden");
  await reporter.next("error", ({ id, code }) => id === "w" && code === "forbidden");
  expect(setup.media.asked.filter((what) => what.startsWith("create"))).toEqual([]);
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
  expect(setup.parse.asked.filter((what) => what !== "GET /health")).toEqual([]);
});

test("an offer that the media server refuses leaves nothing behind", async () => {
  const phone = await signIn("rita");
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

test("while accounts cannot be checked a new client is told so, and a stream runs on", async () => {
  const phone = await signIn("rita");
  await publish(phone);
  setup.parse.isDown = true;
  const late = await connectClient(setup.signaling.port, { origin });
  late.send({ type: "authenticate", id: "a", token: "token-olga" });
  await late.next("error", ({ code }) => code === "accountsUnavailable");
  phone.send({ type: "ping", id: "x" });
  await phone.next("pong");
  expect(setup.media.objects()).toHaveLength(2);
  setup.parse.isDown = false;
  late.send({ type: "authenticate", id: "b", token: "token-olga" });
  await late.next("authenticated");
});

test("a message that is none ends the connection with 4400 and says what is wrong", async () => {
  const phone = await signIn("rita");
  await publish(phone);
  phone.send({ type: "publish", id: "p", connectionId: "c", title: "  ", offer } as never);
  await phone.next("error", ({ code, message }) => code === "badMessage" && message.startsWith("title: "));
  expect(await phone.closed).toBe(4400);
  await until(() => (setup.media.objects().length === 0 ? null : "the stream stayed"));
});

test.each(["create MediaPipeline", "create WebRtcEndpoint", "invoke processOffer"])(
  "a publisher that leaves during %s leaves nothing behind",
  async (step) => {
    const phone = await signIn("rita");
    const letGo = setup.media.holdNext(step);
    phone.send({ type: "publish", id: "p", connectionId: "c", title: "Short", offer });
    await until(() => (setup.media.asked.includes(step) ? null : `${step} was not asked for`));
    phone.close();
    await phone.closed;
    await until(async () => ((await openSockets()) === 0 ? null : "the server still has the socket"));
    letGo();
    await until(() => (setup.media.objects().length === 0 ? null : `left: ${setup.media.objects().join(", ")}`));
    expect(setup.parse.rows).toEqual([]);
  },
);

test("a viewer that leaves while its endpoint is made leaves nothing behind", async () => {
  const streamId = await publish(await signIn("rita"));
  const operator = await signIn("olga");
  const letGo = setup.media.holdNext("create WebRtcEndpoint");
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await until(() => (setup.media.objects().length === 3 ? null : "the viewer's endpoint was not made"));
  operator.close();
  await until(async () => ((await openSockets()) === 1 ? null : "the server still has the socket"));
  letGo();
  await until(() => (setup.media.objects().length === 2 ? null : `left: ${setup.media.objects().join(", ")}`));
});

async function openSockets(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${setup.signaling.port}/metrics`)).text();
  return Number(/^barecast_websockets (\d+)$/m.exec(text)?.[1]);
}

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
