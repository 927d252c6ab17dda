import { Connection, followStreams, listRecordings, Session, view } from ".";
import { backoffMs } from "./backoff";
import { FakePeer, FakeSocket, turn } from "./testing/fakes";

const makePeer = (configuration: RTCConfiguration) => new FakePeer(configuration) as unknown as RTCPeerConnection;
const connect = () => new Connection({ url: "wss://site/ws", WebSocket: FakeSocket as unknown as typeof WebSocket });
const stream = {
  id: "s1",
  title: "Gate",
  kind: "phone",
  state: "live",
  isRecording: false,
  startedAt: "2026-01-02T03:04:05Z",
  viewers: 0,
} as const;

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.opened.length = 0;
  FakePeer.made.length = 0;
  (globalThis as { MediaStream?: unknown }).MediaStream = class {};
});
afterEach(() => jest.useRealTimers());

test("a connection signs in, comes back at once after a restart, and with backoff after a loss", async () => {
  const connection = connect();
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting" });
  await FakeSocket.last.welcome();
  expect(connection.state.getSnapshot()).toEqual({ status: "open", user: { id: "u1", name: "olga", roles: ["operator"] } });
  expect(connection.iceServers).toEqual([{ urls: ["turn:t"] }]);

  FakeSocket.last.close(1012);
  jest.advanceTimersByTime(0);
  expect(FakeSocket.opened).toHaveLength(2);
  await FakeSocket.last.welcome();

  FakeSocket.last.close(1006);
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting", error: "The connection to the server was lost. Trying again" });
  jest.advanceTimersByTime(300);
  expect(FakeSocket.opened).toHaveLength(2);
  jest.advanceTimersByTime(200);
  expect(FakeSocket.opened).toHaveLength(3);
  connection.close();
});

test("a session that is over ends the connection for good", async () => {
  const connection = connect();
  FakeSocket.last.onopen?.();
  await turn();
  FakeSocket.last.say({ type: "error", id: FakeSocket.last.request("authenticate").id, code: "unauthenticated", message: "Sign in first" });
  await turn();
  FakeSocket.last.close(4401);
  jest.advanceTimersByTime(60_000);
  expect(connection.state.getSnapshot()).toEqual({ status: "closed", error: "Sign in first" });
  expect(FakeSocket.opened).toHaveLength(1);
});

test("requests are answered by id, refused in words, and end with the connection", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const [first, second, third] = [1, 2, 3].map(() => connection.request({ type: "watch" }, "streams"));
  const ids = FakeSocket.last.sent.filter(({ type }) => type === "watch").map((message) => ("id" in message ? message.id : ""));
  FakeSocket.last.say({ type: "error", id: ids[1]!, code: "forbidden", message: "No" });
  FakeSocket.last.say({ type: "streams", id: ids[0]!, streams: [] });
  FakeSocket.last.close(1006);
  await expect(first).resolves.toEqual({ type: "streams", id: ids[0], streams: [] });
  await expect(second).rejects.toMatchObject({ code: "forbidden", message: "No" });
  await expect(third).rejects.toMatchObject({ code: "offline" });
  connection.close();
});

test("TURN credentials are renewed before they expire", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  jest.advanceTimersByTime(2_700_000);
  const { id } = FakeSocket.last.request("refreshIceServers");
  FakeSocket.last.say({ type: "iceServers", id, iceServers: [{ urls: ["turn:new"] }], iceTtlSeconds: 3600 });
  await turn();
  expect(connection.iceServers).toEqual([{ urls: ["turn:new"] }]);
  connection.close();
});

test("streams are watched, pushed, and watched again after a reconnection", async () => {
  const connection = connect();
  const streams = followStreams(connection);
  await FakeSocket.last.welcome();
  FakeSocket.last.say({ type: "streams", id: FakeSocket.last.request("watch").id, streams: [] });
  FakeSocket.last.say({ type: "streams", streams: [stream] });
  await turn();
  expect(streams.state.getSnapshot()).toEqual({ streams: [stream] });
  FakeSocket.last.close(1012);
  jest.advanceTimersByTime(0);
  await FakeSocket.last.welcome();
  expect(FakeSocket.last.request("watch")).toMatchObject({ type: "watch" });
  expect(streams.state.getSnapshot()).toEqual({ streams: [stream] });
  connection.close();
});

async function answerView(answer = "v=0 answer"): Promise<string> {
  await turn();
  const { id, connectionId, streamId } = FakeSocket.last.request("view");
  FakeSocket.last.say({ type: "answer", id, connectionId, streamId, answer });
  await turn();
  return connectionId;
}

test("viewing: the offer goes out at once, early candidates wait for the answer, and stop ends both sides", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const shown = view(connection, "s1", makePeer);
  await turn();
  const { connectionId, offer } = FakeSocket.last.request("view");
  expect(offer).toBe("v=0 offer");
  FakePeer.last.onicecandidate?.({ candidate: { toJSON: () => ({ candidate: "mine", sdpMid: "0", sdpMLineIndex: 0 }) } });
  expect(FakeSocket.last.request("candidate")).toEqual({
    type: "candidate",
    connectionId,
    candidate: { candidate: "mine", sdpMid: "0", sdpMLineIndex: 0 },
  });
  FakeSocket.last.say({ type: "candidate", connectionId, candidate: { candidate: "theirs", sdpMid: "0", sdpMLineIndex: 0 } });
  await answerView();
  expect(FakePeer.last.calls).toEqual([
    "addTransceiver video recvonly",
    "addTransceiver audio recvonly",
    "setLocalDescription",
    "setRemoteDescription v=0 answer",
    "addIceCandidate theirs",
  ]);
  FakePeer.last.become("connected");
  expect(shown.state.getSnapshot()).toMatchObject({ status: "playing" });
  shown.stop();
  expect(FakeSocket.last.request("stop")).toMatchObject({ connectionId });
  expect(FakePeer.last.calls.at(-1)).toBe("close");
  connection.close();
});

test("a view that breaks is made again; one whose stream is over ends in words", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const shown = view(connection, "s1", makePeer);
  const connectionId = await answerView();
  FakePeer.last.become("connected");
  FakeSocket.last.say({ type: "ended", connectionId, reason: "The media server went away" });
  expect(shown.state.getSnapshot()).toEqual({ status: "reconnecting", media: null, reason: "The media server went away" });
  jest.advanceTimersByTime(500);
  await turn();
  expect(FakePeer.made).toHaveLength(2);
  const { id } = FakeSocket.last.request("view");
  FakeSocket.last.say({ type: "error", id, code: "notFound", message: "This stream is not live any more" });
  await turn();
  expect(shown.state.getSnapshot()).toEqual({ status: "ended", media: null, reason: "This stream is not live any more" });
  jest.advanceTimersByTime(60_000);
  expect(FakePeer.made).toHaveLength(2);
  connection.close();
});

test("a view is made again on the new connection when the server restarts", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const shown = view(connection, "s1", makePeer);
  await answerView();
  FakePeer.last.become("connected");
  FakeSocket.last.close(1012);
  expect(FakePeer.last.calls.at(-1)).toBe("close");
  jest.advanceTimersByTime(0);
  await FakeSocket.last.welcome();
  await answerView();
  FakePeer.last.become("connected");
  expect(FakePeer.made).toHaveLength(2);
  expect(shown.state.getSnapshot()).toMatchObject({ status: "playing" });
  shown.stop();
  connection.close();
});

test("a path that breaks for a moment is left alone; one that stays broken is made again", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const shown = view(connection, "s1", makePeer);
  await answerView();
  FakePeer.last.become("connected");
  FakePeer.last.become("disconnected");
  jest.advanceTimersByTime(4000);
  FakePeer.last.become("connected");
  jest.advanceTimersByTime(10_000);
  expect(FakePeer.made).toHaveLength(1);
  FakePeer.last.become("disconnected");
  jest.advanceTimersByTime(5000);
  expect(shown.state.getSnapshot()).toMatchObject({ status: "reconnecting", reason: "The network path broke" });
  shown.stop();
  connection.close();
});

const respond = (status: number, body: unknown) =>
  (async () => new Response(body === null ? null : JSON.stringify(body), { status })) as typeof fetch;

test("a session says in words why nobody is signed in", async () => {
  const user = { id: "u1", name: "olga", roles: ["operator"] };
  const good = new Session(respond(200, { user }));
  await good.signIn("olga", "x");
  expect(good.state.getSnapshot()).toEqual({ status: "signedIn", user });
  const wrong = new Session(respond(401, { code: "unauthenticated", message: "Wrong user name or password" }));
  await wrong.restore();
  expect(wrong.state.getSnapshot()).toEqual({ status: "signedOut" });
  await wrong.signIn("olga", "y");
  expect(wrong.state.getSnapshot()).toEqual({ status: "signedOut", error: "Wrong user name or password" });
  const away = new Session(async () => Promise.reject(new TypeError("fetch failed")));
  await away.signIn("olga", "x");
  expect(away.state.getSnapshot()).toEqual({ status: "signedOut", error: "The server cannot be reached. Check the network and try again" });
});

test("recordings are read as Parse writes them", async () => {
  const row = { streamId: "s1", title: "Gate", kind: "phone", file: "s1.webm", host: "one" };
  const startedAt = { __type: "Date", iso: "2026-01-02T03:04:05.000Z" };
  const results = [
    { ...row, objectId: "r1", startedAt, endedAt: startedAt },
    { ...row, startedAt },
  ];
  expect(await listRecordings(respond(200, { results }))).toEqual([
    { ...row, startedAt: startedAt.iso, endedAt: startedAt.iso },
    { ...row, startedAt: startedAt.iso, endedAt: null },
  ]);
  await expect(listRecordings(respond(403, {}))).rejects.toThrow("The recordings cannot be loaded: the server answered 403");
});

test("waiting doubles up to its limit, less up to a third", () => {
  expect([0, 1, 5, 9].map((tries) => backoffMs(tries, 500, 10_000, () => 0))).toEqual([500, 1000, 10_000, 10_000]);
  expect(backoffMs(0, 600, 10_000, () => 0.999)).toBeCloseTo(400, 0);
});
