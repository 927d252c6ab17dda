import { offer, published, signedIn, typesOn } from "../testing/actors";
import { connectClient, until } from "../testing/client";
import { origin, startSetup, type Setup } from "../testing/setup";

const candidate = { candidate: "candidate:1 1 udp 2116026367 192.0.2.9 34618 typ host", sdpMid: "0", sdpMLineIndex: 0 };

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup();
});
afterEach(() => setup.close());

test("authenticated says who it is and gives TURN credentials", async () => {
  const client = await signedIn(setup, "rita");
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

test("a phone publishes, an operator views, candidates go both ways, and leaving gives everything back", async () => {
  const phone = await signedIn(setup, "rita");
  phone.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  const byTcp = { ...candidate, candidate: "candidate:2 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active" };
  phone.send({ type: "candidate", connectionId: "phone", candidate: byTcp });
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
  const handedOver = setup.media.parameters.filter((given) => "candidate" in given);
  expect(handedOver).toMatchObject([{ candidate: { candidate: candidate.candidate } }]);

  const operator = await signedIn(setup, "olga");
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
  expect(typesOn(setup)).toEqual(["MediaPipeline", "WebRtcEndpoint", "WebRtcEndpoint"]);

  phone.close();
  expect(await operator.next("ended")).toEqual({ type: "ended", connectionId: "tile", reason: "The stream has ended" });
  await operator.next("streams", ({ streams, id }) => id === undefined && streams.length === 0);
  await until(() => (setup.media.objects().length === 0 ? null : `left on the media server: ${setup.media.objects().join(", ")}`));
  await until(() => (setup.parse.rows[0]?.["endedAt"] ? null : `the end is not marked: ${JSON.stringify(setup.parse.rows)}`));
  expect(setup.parse.rows).toMatchObject([{ className: "Stream", streamId, reason: "The connection to the publisher was lost" }]);
});

test("a stream is live once its media flows", async () => {
  const phone = await signedIn(setup, "rita");
  const operator = await signedIn(setup, "olga");
  operator.send({ type: "watch", id: "w" });
  await published(phone);
  setup.media.emit("WebRtcEndpoint", "MediaFlowOutStateChanged", { state: "FLOWING", mediaType: "VIDEO" });
  await operator.next("streams", ({ streams }) => streams[0]?.state === "live");
});

test("stop is answered and gives back the endpoint alone", async () => {
  const phone = await signedIn(setup, "rita");
  const streamId = await published(phone);
  const operator = await signedIn(setup, "olga");
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await operator.next("answer");
  operator.send({ type: "stop", id: "s", connectionId: "tile" });
  expect(await operator.next("stopped")).toEqual({ type: "stopped", id: "s", connectionId: "tile" });
  expect(typesOn(setup)).toEqual(["MediaPipeline", "WebRtcEndpoint"]);
});

test("while accounts cannot be checked a new client is told so, and a stream runs on", async () => {
  const phone = await signedIn(setup, "rita");
  await published(phone);
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
