import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type MediaServer, startMediaServer } from "../index";
import { createLog } from "../log";
import { replay } from "../testing/replay";
import { type Line, type Message, normal, RawClient, recorded, translate, uuidsIn } from "../testing/wire";
import { until } from "../testing/until";

/** Events that a replay can't or shall not have. All others must come as recorded, as often as recorded. */
const EVENT_DIFFERENCES: Record<string, string> = {
  IceCandidateFound: "UDP over IPv4 of the one configured address only; the live test compares the candidate",
  NewCandidatePairSelected: "Needs the other peer: live test",
  ConnectionStateChanged: "Needs the other peer: live test (plain RTP: below)",
  MediaStateChanged: "Needs media: live test",
  MediaFlowInStateChanged: "Needs media: live test",
  MediaFlowOutStateChanged: "Needs media: live test",
  MediaTranscodingStateChanged: "Needs media: live test. Never TRANSCODING here",
  Recording: "At the first picture: media test",
  Stopped: "Order and state depend on media: media test",
  UriEndpointStateChanged: "Depends on media but for what errors.jsonl holds",
  EndOfStream: "Needs a camera: media test",
  Error: "A real server repeats errors and names its GStreamer elements; the first one's type is compared",
  IceComponentStateChanged: "CONNECTING and later need the other peer: live test; GATHERING is compared",
};

let folder: string;
let server: MediaServer;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "media-wire-"));
  const log = createLog("error", () => undefined);
  server = await startMediaServer({ controlPort: 0, recordingsFolder: folder, ffmpeg: "/nonexistent/ffmpeg" }, log);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const eventsIn = (lines: Line[]) => lines.filter(({ msg }) => msg["method"] === "onEvent").map(({ msg }) => msg);
const typeOf = (event: Message) => ((event["params"] as Message)["value"] as Message)["type"] as string;
const dataOf = (event: Message) => ((event["params"] as Message)["value"] as Message)["data"] as Message;
const sorted = (events: Message[]) => events.map((event) => JSON.stringify(normal(event))).sort();

/** Each object's events in their order; whose come first is chance, also with a real server. */
function expectEvents(ours: Message[], lines: Line[]): void {
  const isHeld = (event: Message) => !(typeOf(event) in EVENT_DIFFERENCES);
  expect(bySource(ours.filter(isHeld))).toEqual(bySource(eventsIn(lines).filter(isHeld)));
}

function bySource(events: Message[]): string[][] {
  const sources = new Set(events.map((event) => dataOf(event)["source"]));
  const ofSource = (source: unknown) => events.filter((event) => dataOf(event)["source"] === source);
  return [...sources].map((source) => ofSource(source).map((event) => JSON.stringify(normal(event)))).sort();
}

describe("recorded conversations with a real server", () => {
  test("publish, view, record: every answer, and each event that needs no media", async () => {
    const lines = recorded("publish-view-record");
    const others = await RawClient.open(server.port);
    for (const id of [1, 2]) await others.ask({ jsonrpc: "2.0", id, method: "create", params: { type: "MediaPipeline" } });
    const listed = await others.ask({
      jsonrpc: "2.0",
      id: 3,
      method: "invoke",
      params: { object: "manager_ServerManager", operation: "getPipelines" },
    });
    const events = await replay(server.port, withPipelines(lines, uuidsIn(listed["result"]).slice(-2)));
    expectEvents(events, lines);
    const gathering = (event: Message) => typeOf(event) === "IceComponentStateChanged" && dataOf(event)["state"] === "GATHERING";
    expect(sorted(events.filter(gathering))).toEqual(sorted(eventsIn(lines).filter(gathering)));
    others.close();
  });

  test.each(["rtsp-camera", "rtp-cascade", "reconnect"])("%s: every answer", async (name) => {
    const lines = recorded(name);
    expectEvents(await replay(server.port, lines), lines);
  });

  test("plain RTP says CONNECTED when it is negotiated", async () => {
    const lines = recorded("rtp-cascade");
    const connected = (event: Message) => typeOf(event) === "ConnectionStateChanged";
    expect(sorted((await replay(server.port, lines)).filter(connected))).toEqual(sorted(eventsIn(lines).filter(connected)));
  });

  test("errors: every answer, and for what fails later the same kind of event", async () => {
    const lines = recorded("errors");
    const kinds = (all: Message[]) =>
      [
        ...new Set(
          all
            .filter((event) => typeOf(event) === "Error")
            .map((event) => `${sourceOf(event)} ${String(dataOf(event)["type"])} ${String(dataOf(event)["errorCode"])}`),
        ),
      ].sort();
    const theirs = kinds(eventsIn(lines)).filter((kind) => !kind.includes("UNEXPECTED_ELEMENT_ERROR"));
    const events = await replay(server.port, lines, (all) =>
      until(() => (kinds(all).length >= theirs.length ? null : `only ${kinds(all).join(", ")}`)),
    );
    expect(kinds(events)).toEqual(theirs);
  });
});

const sourceOf = (event: Message) => String(dataOf(event)["source"]).replace(/.*_kurento\./, "");

/** The recording lists two pipelines of other clients: ours stand in for them. */
function withPipelines(lines: Line[], ours: string[]): Line[] {
  const listed = lines.find(({ dir, msg }) => dir === "server->client" && msg["id"] === 7)!;
  const value = ((listed.msg["result"] as Message)["value"] as string[]).flatMap((id) => uuidsIn(id));
  return lines.map((line) =>
    line.dir === "client->server" ? translate(line, new Map(value.map((id, index) => [id, ours[index]!]))) : line,
  );
}
