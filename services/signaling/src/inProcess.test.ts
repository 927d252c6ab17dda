import { connectClient } from "./testing/client";
import { closeAfterEach } from "./testing/closing";
import { connectInProcess } from "./testing/inProcessKurento";
import { origin, startSetup } from "./testing/setup";

const offer = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\n";
const closeAtEnd = closeAfterEach();

test("with a stand-in for the session in its own process a join is answered as by a media server, which hears of nothing", async () => {
  const setup = await startSetup({}, { connectKurento: connectInProcess });
  closeAtEnd(() => setup.close());
  const client = await connectClient(setup.signaling.port, { origin });
  client.send({ type: "authenticate", id: "a", token: "token-ada" });
  await client.next("authenticated");
  client.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  const { streamId } = await client.next("answer");
  client.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  expect(await client.next("answer", ({ id }) => id === "v")).toMatchObject({ answer: expect.stringMatching(/^v=0/) });
  expect(await client.next("candidate", ({ connectionId }) => connectionId === "tile")).toMatchObject({
    candidate: { candidate: expect.stringMatching(/^candidate:/) },
  });
  await client.next("candidate", ({ connectionId, candidate }) => connectionId === "tile" && candidate === null);
  client.send({ type: "stop", id: "s", connectionId: "phone" });
  await client.next("stopped");
  expect(await client.next("ended")).toMatchObject({ connectionId: "tile", reason: "The stream has ended" });
  expect(setup.media.asked).toEqual([]);
});

test("what is released is gone from the stand-in, and what it held", async () => {
  const session = await connectInProcess();
  const mediaPipeline = await session.create("MediaPipeline", {});
  const endpoint = await session.create("WebRtcEndpoint", { mediaPipeline });
  await mediaPipeline.release();
  await expect(session.manager.call("getPipelines")).resolves.toEqual([]);
  for (const { id } of [mediaPipeline, endpoint])
    await expect(session.made(id).call("addTag", "key", "value")).rejects.toThrow(`Object '${id}' not found`);
});
