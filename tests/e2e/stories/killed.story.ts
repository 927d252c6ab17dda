import { onAir, open } from "../src/onAir";
import { Scene } from "../src/scene";
import { until } from "../src/until";

// A task of the shared site fails here on purpose: `make soak` counts such, and leaves this story out.
jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => (scene = await Scene.open()));
afterAll(() => scene?.close());

test("a signaling server that is killed: the phone publishes again by itself, and what was left open is ended with a reason", async () => {
  const stream = await onAir(scene, `Killed ${Date.now()}`);
  const first = await stream.id();
  await scene.site.killService("signaling");
  await stream.awaitAnother(first, 120_000);
  const ends = async (streamId: string) => [await stream.ends("Stream", streamId), await stream.ends("Recording", streamId)];
  const lost = { reason: "The signaling server was lost", hasEnded: true };
  await until(
    "Its rows are ended",
    async () => {
      const found = JSON.stringify(await ends(first));
      return found === JSON.stringify([[lost], [lost]]) ? null : found;
    },
    { withinMs: 180_000, everyMs: 2000 },
  );
  expect(await ends(await stream.id())).toEqual([[open], [open]]);
});

test("who asks for a service that has no task is told so, and isn't left to wait", async () => {
  const look = "require('node:dns').lookup('has-no-task', ({ code }) => console.log(code))";
  // EAI_AGAIN: nobody answered, for ten seconds.
  expect((await scene.site.insideService("parse", "/usr/local/bin/node", "-e", look)).trim()).toBe("ENOTFOUND");
});
