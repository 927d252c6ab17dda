import { offer, published, signedIn } from "../testing/actors";
import { until } from "../testing/client";
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

async function openSockets(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${setup.signaling.port}/metrics`)).text();
  return Number(/^barecast_websockets (\d+)$/m.exec(text)?.[1]);
}
