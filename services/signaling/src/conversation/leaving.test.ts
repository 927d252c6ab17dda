import { offer, published, signedIn } from "../testing/actors";
import { until, type TestClient } from "../testing/client";
import { startSetup, type Setup } from "../testing/setup";

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup();
});
afterEach(() => setup.close());

test.each(["create MediaPipeline", "create WebRtcEndpoint", "invoke processOffer"])(
  "a publisher that leaves during %s leaves nothing behind",
  async (step) => {
    const phone = await signedIn(setup, "rita");
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
  const streamId = await published(await signedIn(setup, "rita"));
  const operator = await signedIn(setup, "olga");
  const letGo = setup.media.holdNext("create WebRtcEndpoint");
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await until(() => (setup.media.objects().length === 3 ? null : "the viewer's endpoint was not made"));
  operator.close();
  await until(async () => ((await openSockets()) === 1 ? null : "the server still has the socket"));
  letGo();
  await until(() => (setup.media.objects().length === 2 ? null : `left: ${setup.media.objects().join(", ")}`));
});

test("of one person eight streams begin at a time; one that is stopped before its turn is never made", async () => {
  const phones = [await signedIn(setup, "rita"), await signedIn(setup, "rita"), await signedIn(setup, "rita")] as const;
  const made = () => setup.media.asked.filter((asked) => asked === "create MediaPipeline").length;
  const letGo = setup.media.holdNext("create MediaPipeline");
  const publish = (phone: TestClient, id: string) => phone.send({ type: "publish", id, connectionId: id, title: id, offer });
  for (let count = 0; count < 8; count++) publish(phones[count < 4 ? 0 : 1], `p${count}`);
  await until(() => (made() === 8 ? null : `${made()} begin`));
  publish(phones[2], "waits");
  publish(phones[2], "stopped");
  phones[2].send({ type: "stop", id: "s", connectionId: "stopped" });
  await phones[2].next("stopped");
  expect(made()).toBe(8);
  letGo();
  expect(await phones[2].next("error")).toEqual({
    type: "error",
    id: "stopped",
    code: "mediaUnavailable",
    message: "The stream was given up before it began",
  });
  await phones[2].next("answer", ({ id }) => id === "waits");
  expect(made()).toBe(9);
});

async function openSockets(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${setup.signaling.port}/metrics`)).text();
  return Number(/^barecast_websockets (\d+)$/m.exec(text)?.[1]);
}
