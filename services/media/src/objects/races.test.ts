import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { type MediaServer, startMediaServer } from "../index";
import { createLog } from "../log";
import { commandLines } from "../testing/processes";
import { until } from "../testing/until";
import { type Message, RawClient } from "../testing/wire";

let folder: string;
let server: MediaServer;
let client: RawClient;
let requestId: number;
let lines: string[];
/** In the command line of our ffmpeg, which is none. */
const MARK = `600.0${process.pid}`;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "races-"));
  const ffmpeg = path.join(folder, "ffmpeg");
  writeFileSync(ffmpeg, `#!/bin/sh\nexec sleep ${MARK}\n`, { mode: 0o755 });
  lines = [];
  const log = createLog("debug", (line) => lines.push(line));
  server = await startMediaServer({ controlPort: 0, minPort: 41_310, maxPort: 41_319, recordingsFolder: folder, ffmpeg }, log);
  client = await RawClient.open(server.port);
  requestId = 1;
});
afterEach(async () => {
  jest.restoreAllMocks();
  client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (method: string, params: Message) => client.ask({ jsonrpc: "2.0", id: requestId++, method, params });
const invoke = (object: string, operation: string) => ask("invoke", { object, operation });
const errorOf = ({ error }: Message) => (error as { data?: { type?: string } } | undefined)?.data?.type;

async function create(type: string, uri: string): Promise<string> {
  const valueOf = (answer: Message) => (answer["result"] as { value: string }).value;
  const mediaPipeline = valueOf(await ask("create", { type: "MediaPipeline" }));
  return valueOf(await ask("create", { type, constructorParams: { mediaPipeline, uri } }));
}

/** Processes of our ffmpeg. */
const children = () => [...commandLines().values()].filter((line) => line.includes(MARK));

test("what an element is asked for while it is being released is not begun", async () => {
  const player = await create("PlayerEndpoint", "rtsp://192.0.2.1/camera");
  await invoke(player, "play");
  await until(() => (children().length === 1 ? null : `${children().length} children`), 5_000);
  const answers = await Promise.all([invoke(player, "stop"), invoke(player, "play"), ask("release", { object: player })]);
  expect(answers.map(errorOf)).toEqual([undefined, "MEDIA_OBJECT_NOT_FOUND", undefined]);
  expect(children()).toEqual([]);
});

test("a recorder that is released while it begins leaves nothing behind", async () => {
  const recorder = await create("RecorderEndpoint", "file:///recordings/a/b/c.mkv");
  const [begun, ended] = [jest.spyOn(globalThis, "setInterval"), jest.spyOn(globalThis, "clearInterval")];
  await Promise.all([invoke(recorder, "record"), ask("release", { object: recorder })]);
  const timers = begun.mock.results.map(({ value }) => value as unknown);
  expect(timers).toHaveLength(1);
  expect(ended.mock.calls.flat()).toEqual(expect.arrayContaining(timers));
});

test("a camera that finds no door for its ffmpeg fails, and the next one gets in", async () => {
  jest.spyOn(Server.prototype, "listen").mockImplementationOnce(function (this: Server) {
    process.nextTick(() => this.emit("error", new Error("listen EMFILE")));
    return this;
  });
  const first = await create("PlayerEndpoint", "rtsp://192.0.2.1/camera");
  await invoke(first, "play");
  await until(
    () => (lines.some((line) => line.includes("source-failed") && line.includes("listen EMFILE")) ? null : "no word of it"),
    5_000,
  );
  expect(await invoke(first, "stop")).not.toHaveProperty("error");
  await invoke(await create("PlayerEndpoint", "rtsp://192.0.2.1/camera"), "play");
  await until(() => (children().length === 1 ? null : `${children().length} children`), 5_000);
});
