import { PROTOCOL, startMediaServer } from "@barecast/media";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLog } from "../log";
import { connectClient, until } from "../testing/client";
import { closeAfterEach } from "../testing/closing";
import { startParseDouble } from "../testing/parseDouble";
import { startSignaling } from "../signaling";
import type { Events, Methods, Types } from "./kurento";

const closeAtEnd = closeAfterEach();

type TypeName = keyof typeof PROTOCOL;

/** Every method and event that is used, with the type that has it. The compiler asks for all of them. */
const methods: Record<keyof Methods, TypeName> = {
  addTag: "MediaObject",
  getTag: "MediaObject",
  getPipelines: "ServerManager",
  processOffer: "SdpEndpoint",
  gatherCandidates: "WebRtcEndpoint",
  addIceCandidate: "WebRtcEndpoint",
  setMaxVideoRecvBandwidth: "SdpEndpoint",
  setMaxVideoSendBandwidth: "BaseRtpEndpoint",
  connect: "MediaElement",
  play: "PlayerEndpoint",
  record: "RecorderEndpoint",
  stopAndWait: "RecorderEndpoint",
};
const events: Record<keyof Events, TypeName> = {
  IceCandidateFound: "WebRtcEndpoint",
  IceGatheringDone: "WebRtcEndpoint",
  IceComponentStateChanged: "WebRtcEndpoint",
  MediaStateChanged: "BaseRtpEndpoint",
  MediaFlowOutStateChanged: "MediaElement",
  Error: "MediaObject",
  EndOfStream: "PlayerEndpoint",
  Stopped: "RecorderEndpoint",
};
const parameters: { [T in keyof Types]: (keyof Types[T])[] } = {
  MediaPipeline: [],
  WebRtcEndpoint: ["mediaPipeline"],
  PlayerEndpoint: ["mediaPipeline", "uri", "useEncodedMedia", "networkCache"],
  RecorderEndpoint: ["mediaPipeline", "uri", "mediaProfile"],
};

test("the pocket media server speaks all that is used here", () => {
  const missing = [
    ...Object.entries(methods).filter(([name, type]) => !(PROTOCOL[type].operations as readonly string[]).includes(name)),
    ...Object.entries(events).filter(([name, type]) => !(PROTOCOL[type].events as readonly string[]).includes(name)),
    ...Object.entries(parameters).filter(([type, names]) => {
      const known: readonly string[] = PROTOCOL[type as keyof Types].constructorParams;
      return !PROTOCOL[type as keyof Types].isCreatable || names.some((name) => !known.includes(name as string));
    }),
  ];
  expect(missing).toEqual([]);
});

test("a conversation with the pocket media server: published, viewed, refused, and nothing is left", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "barecast-"));
  closeAtEnd(() => rm(folder, { recursive: true }));
  const ports = { controlPort: 0, minPort: 46_000, maxPort: 46_099 };
  const media = await startMediaServer({ ...ports, recordingsFolder: folder, logLevel: "error" });
  closeAtEnd(() => media.close());
  const parse = await startParseDouble();
  closeAtEnd(() => parse.close());
  const signaling = await startSignaling(
    {
      listen: 0,
      origins: ["https://replica.localhost"],
      trustedProxies: [],
      media: [{ name: "m1", url: `ws://127.0.0.1:${media.port}/kurento` }],
      parse: { url: parse.url, applicationId: "barecast" },
      turn: { urls: [], ttlSeconds: 3600 },
      cameras: [],
      recordings: { phones: false, folder: "/recordings" },
      maxBitrateBps: 2_500_000,
      logLevel: "error",
    },
    { turn: "t", redis: "", parseMaster: "m", cameras: {} },
    { log: createLog("error", () => undefined), drainMs: 0 },
  );
  closeAtEnd(() => signaling.close());
  await until(async () => {
    const health = await (await fetch(`http://127.0.0.1:${signaling.port}/health`)).text();
    return health.includes('"m1":"up"') ? null : health;
  });
  const offer = recordedOffer();
  const client = await connectClient(signaling.port);
  client.send({ type: "authenticate", id: "a", token: "token-ada" });
  await client.next("authenticated");
  client.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  const { streamId, answer } = await client.next("answer");
  expect(answer).toMatch(/^m=video \d+ UDP\/TLS\/RTP\/SAVPF 97/m);
  await client.next("candidate", ({ candidate }) => candidate?.candidate.startsWith("candidate:") ?? false);
  client.send({ type: "view", id: "v", connectionId: "tile", streamId, offer: offer.replaceAll("a=sendonly", "a=recvonly") });
  await client.next("answer", ({ id }) => id === "v");
  expect(media.stats().objects).toEqual({ MediaPipeline: 1, WebRtcEndpoint: 2 });

  client.send({ type: "publish", id: "q", connectionId: "bad", title: "Bad", offer: "v=0\r\nm=video 9 nonsense" });
  expect(await client.next("error")).toMatchObject({ id: "q", code: "mediaRefused" });
  await until(() =>
    JSON.stringify(media.stats().objects) === '{"MediaPipeline":1,"WebRtcEndpoint":2}' ? null : JSON.stringify(media.stats()),
  );
  client.close();
  await until(() => (JSON.stringify(media.stats().objects) === "{}" ? null : `left: ${JSON.stringify(media.stats().objects)}`));
});

function recordedOffer(): string {
  const file = path.resolve(__dirname, "../../../../tests/fixtures/kurento-wire/publish-view-record.jsonl");
  type Line = { msg?: { params?: { operationParams?: { offer?: string } } } };
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as Line).msg?.params?.operationParams?.offer).find((text) => text !== undefined)!;
}
