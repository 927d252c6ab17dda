import { createLog } from "../log";
import { connectClient, until } from "../testing/client";
import { closeAfterEach } from "../testing/closing";
import { origin, startSetup } from "../testing/setup";
import { startWireDouble } from "../testing/wireDouble";
import { probeTimes } from "./probe";
import { MediaServer } from "./server";

const offer = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\n";
// Silence that a busy computer has by itself is shorter than that.
const probe = { ...probeTimes, intervalMs: 50, timeoutMs: 2000 };
const closeAtEnd = closeAfterEach();

test("a media server that falls silent: publisher and viewer are told, and new ones refused in words", async () => {
  const setup = await startSetup({}, { probe });
  closeAtEnd(() => setup.close());
  const client = await connectClient(setup.signaling.port, { origin });
  client.send({ type: "authenticate", id: "a", token: "token-ada" });
  await client.next("authenticated");
  client.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  const { streamId } = await client.next("answer");
  client.send({ type: "view", id: "v", connectionId: "tile", streamId, offer });
  await client.next("answer", ({ id }) => id === "v");
  setup.media.fallSilent();
  expect(await client.next("ended", ({ connectionId }) => connectionId === "phone")).toMatchObject({
    reason: "The media server went away",
  });
  await client.next("ended", ({ connectionId }) => connectionId === "tile");
  client.send({ type: "publish", id: "q", connectionId: "phone2", title: "Again", offer });
  expect(await client.next("error")).toEqual({
    type: "error",
    id: "q",
    code: "mediaUnavailable",
    message: "No media server is reachable at the moment. Try again shortly",
  });
});

test("a media server that was restarted is used again, and the pipelines of earlier runs are released, foreign ones not", async () => {
  const setup = await startSetup({}, { probe });
  closeAtEnd(() => setup.close());
  const port = Number(new URL(setup.media.url).port);
  await setup.media.close();
  const health = async () => JSON.stringify((await (await fetch(`http://127.0.0.1:${setup.signaling.port}/health`)).json()) as object);
  await until(async () => ((await health()).includes('"m1":"down"') ? null : `still ${await health()}`));
  const again = await startWireDouble(port);
  closeAtEnd(() => again.close());
  again.plant("MediaPipeline", { "barecast.run": "long ago" });
  const foreign = again.plant("MediaPipeline", { other: "tag" });
  await until(async () => ((await health()).includes('"m1":"up"') ? null : `still ${await health()}`));
  await until(() => (again.objects().length === 1 ? null : `left: ${again.objects().join(", ")}`));
  expect(again.objects()).toEqual([foreign]);
});

test("a pipeline is an orphan when two looks in a row find its run missing, and our own of a lost session at once", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const own = media.plant("MediaPipeline", { "barecast.run": "this" });
  const blinking = media.plant("MediaPipeline", { "barecast.run": "blinking" });
  const dead = media.plant("MediaPipeline", { "barecast.run": "dead" });
  // Of three looks the second finds it, as when its store was restarted empty a moment ago.
  const answers: Record<string, boolean[]> = { blinking: [false, true, false], dead: [false, false] };
  const looks: [string, string[]][] = [];
  const isRunning = async (run: string) => {
    looks.push([run, media.objects()]);
    return answers[run]!.shift() ?? true;
  };
  const sweep = { firstMs: 20, everyMs: 20 };
  const options = { name: "m1", url: media.url, run: "this", isRunning, probe: probeTimes, sweep };
  const server = new MediaServer(
    options,
    createLog("error", () => undefined),
  );
  closeAtEnd(() => server.close());
  expect(media.objects()).toEqual([own, blinking, dead]);
  await server.start();
  expect(media.objects()).toEqual([blinking, dead]);
  await until(() => (looks.filter(([run]) => run === "blinking").length >= 5 ? null : `${looks.length} looks`));
  expect(media.objects()).toEqual([blinking]);
  expect(looks.slice(0, 5)).toEqual([
    ["blinking", [blinking, dead]],
    ["dead", [blinking, dead]],
    ["blinking", [blinking, dead]],
    ["dead", [blinking, dead]],
    ["blinking", [blinking]],
  ]);
});

test("one that is away is looked for again after one second, two, and then every three", async () => {
  jest.useFakeTimers();
  try {
    const began = Date.now();
    const looks: number[] = [];
    const connect = async () => {
      looks.push(Date.now() - began);
      throw new Error("away");
    };
    const options = { name: "m1", url: "ws://m1", run: "r", isRunning: async () => true, probe, connect };
    const server = new MediaServer(
      options,
      createLog("error", () => undefined),
    );
    void server.start();
    await jest.advanceTimersByTimeAsync(10_000);
    server.close();
    expect(looks).toEqual([0, 1000, 3000, 6000, 9000]);
  } finally {
    jest.useRealTimers();
  }
});
