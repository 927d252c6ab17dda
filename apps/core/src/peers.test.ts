import { Connection, publish, view } from ".";
import { FakePeer, FakeSocket, turn } from "./testing/fakes";

const makePeer = (configuration: RTCConfiguration) => new FakePeer(configuration) as unknown as RTCPeerConnection;
const connect = () => new Connection({ url: "wss://site/ws", WebSocket: FakeSocket as unknown as typeof WebSocket });

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.opened.length = 0;
  FakePeer.made.length = 0;
  (globalThis as { MediaStream?: unknown }).MediaStream = class {};
});
afterEach(() => jest.useRealTimers());

async function answerView(answer = "v=0 answer"): Promise<string> {
  await turn();
  const { id, connectionId, streamId } = FakeSocket.last.request("view");
  FakeSocket.last.say({ type: "answer", id, connectionId, streamId, answer });
  await turn();
  return connectionId;
}

/** A view of "s1" on a connection of its own, up to the server's answer. */
async function answeredView() {
  const connection = connect();
  await FakeSocket.last.welcome();
  const shown = view(connection, "s1", makePeer);
  return { connection, shown, connectionId: await answerView() };
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
  const { connection, shown, connectionId } = await answeredView();
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
  const { connection, shown } = await answeredView();
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
  const { connection, shown } = await answeredView();
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

test("a broken path that the browser tries to mend has no longer for it", async () => {
  const { connection, shown } = await answeredView();
  FakePeer.last.become("connected");
  FakePeer.last.become("disconnected");
  jest.advanceTimersByTime(3000);
  FakePeer.last.become("connecting");
  jest.advanceTimersByTime(2000);
  expect(shown.state.getSnapshot()).toMatchObject({ status: "reconnecting", reason: "The network path broke" });
  shown.stop();
  connection.close();
});

test("a view that finds no path in time, and is told nothing, is made again", async () => {
  const { connection, shown } = await answeredView();
  FakePeer.last.become("connecting");
  await jest.advanceTimersByTimeAsync(29_999);
  expect(shown.state.getSnapshot().status).toBe("connecting");
  await jest.advanceTimersByTimeAsync(1);
  const reason = "No network path to the media server was found in time";
  expect(shown.state.getSnapshot()).toMatchObject({ status: "reconnecting", reason });
  expect(FakePeer.last.calls.at(-1)).toBe("close");
  await jest.advanceTimersByTimeAsync(200);
  expect(FakePeer.made).toHaveLength(2);
  await answerView();
  FakePeer.last.become("connected");
  await jest.advanceTimersByTimeAsync(60_000);
  expect(shown.state.getSnapshot().status).toBe("playing");
  expect(FakePeer.made).toHaveLength(2);
  shown.stop();
  connection.close();
});

const camera = () => ({ getTracks: () => [{ kind: "video" }] }) as unknown as MediaStream;

async function answerPublish(): Promise<string> {
  await turn();
  const { id, connectionId } = FakeSocket.last.request("publish");
  const streamId = `s${FakePeer.made.length}`;
  FakeSocket.last.say({ type: "answer", id, connectionId, streamId, answer: "v=0 answer" });
  await turn();
  FakePeer.last.become("connected");
  return connectionId;
}

test("a page left open over an update of the server publishes again by itself, under the same title", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const published = publish(connection, camera(), "At the gate", makePeer);
  const states: unknown[] = [];
  published.state.subscribe(() => states.push(published.state.getSnapshot()));
  await answerPublish();
  FakeSocket.last.close(1012);
  jest.advanceTimersByTime(0);
  await FakeSocket.last.welcome();
  await answerPublish();
  expect(FakeSocket.last.request("publish")).toMatchObject({ title: "At the gate" });
  expect(states).toEqual([
    { status: "live", streamId: "s1" },
    { status: "reconnecting", reason: "The connection to the server was lost. Trying again" },
    { status: "live", streamId: "s2" },
  ]);
  connection.close();
});

test("a refusal to publish stays, in words", async () => {
  const connection = connect();
  await FakeSocket.last.welcome();
  const published = publish(connection, camera(), "At the gate", makePeer);
  await turn();
  const message = "olga may not publish: the role reporter is needed";
  FakeSocket.last.say({ type: "error", id: FakeSocket.last.request("publish").id, code: "forbidden", message });
  await turn();
  jest.advanceTimersByTime(60_000);
  expect(published.state.getSnapshot()).toEqual({ status: "failed", reason: message });
  expect(FakePeer.made).toHaveLength(1);
  connection.close();
});
