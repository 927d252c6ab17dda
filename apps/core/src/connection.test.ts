import { Connection, followStreams } from ".";
import { FakePeer, FakeSocket, turn } from "./testing/fakes";

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

test("a network that went away without a word is noticed, and the connection made again", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const gone = FakeSocket.last;
  gone.isDead = true;
  await jest.advanceTimersByTimeAsync(14_999);
  expect(connection.state.getSnapshot().status).toBe("open");
  await jest.advanceTimersByTimeAsync(1);
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting", error: "The connection to the server was lost. Trying again" });
  await jest.advanceTimersByTimeAsync(500);
  expect(FakeSocket.opened).toHaveLength(2);
  await FakeSocket.last.welcome();
  gone.onclose?.({ code: 1006 }); // at last
  expect(connection.state.getSnapshot().status).toBe("open");
  connection.close();
});

test("a server that accepts a connection and says nothing is given up, once, and tried again", async () => {
  const connection = connect();
  const silent = FakeSocket.last;
  silent.isDead = true;
  await jest.advanceTimersByTimeAsync(9999);
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting" });
  await jest.advanceTimersByTimeAsync(1);
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting", error: "The server does not answer. Trying again" });
  await jest.advanceTimersByTimeAsync(500);
  expect(FakeSocket.opened).toHaveLength(2);
  FakeSocket.last.isDead = true;
  silent.onopen?.(); // too late: the next one is given up in its own time
  await jest.advanceTimersByTimeAsync(11_000);
  expect(FakeSocket.opened.map(({ sent }) => sent)).toEqual([[], [], []]);
  await FakeSocket.last.welcome();
  await jest.advanceTimersByTimeAsync(30_000);
  expect(connection.state.getSnapshot().status).toBe("open");
  expect(FakeSocket.opened).toHaveLength(3);
  connection.close();
});

test("a server that does not answer the sign-in is given up without its goodbye", async () => {
  const connection = connect();
  const silent = FakeSocket.last;
  silent.isDead = true;
  silent.onopen?.();
  await jest.advanceTimersByTimeAsync(15_000);
  expect(connection.state.getSnapshot()).toEqual({ status: "connecting", error: "The server did not answer in time" });
  await jest.advanceTimersByTimeAsync(500);
  expect(FakeSocket.opened).toHaveLength(2);
  silent.onclose?.({ code: 1006 }); // at last
  await FakeSocket.last.welcome();
  expect(connection.state.getSnapshot().status).toBe("open");
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
