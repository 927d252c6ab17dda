import { startSetup, type Setup } from "../testing/setup";
import { until } from "../testing/client";
import { cameraChanges, type CameraRow, type StoredCamera } from "./cameraRows";

const now = new Date("2026-01-02T03:04:05.000Z");
const since = { __type: "Date", iso: now.toISOString() };
const gate: CameraRow = { name: "gate", title: "Gate", state: "live" };
const stored = (row: CameraRow, objectId = `row-${row.name}`): StoredCamera => ({ ...row, objectId });
const down: CameraRow = { ...gate, state: "down", reason: "No answer" };

const names = ["gate", "yard"];

test.each<[string, StoredCamera[], CameraRow[], boolean, object[]]>([
  ["nothing", [], [], true, []],
  ["a new camera", [], [gate], true, [{ method: "POST", path: "/classes/Camera", body: { ...gate, since }, asMaster: true }]],
  ["one that is as it was", [stored(gate)], [gate], true, []],
  [
    "one that went down",
    [stored(gate)],
    [down],
    false,
    [{ method: "PUT", path: "/classes/Camera/row-gate", body: { ...down, since }, asMaster: true }],
  ],
  [
    "one that is back",
    [stored(down)],
    [gate],
    false,
    [{ method: "PUT", path: "/classes/Camera/row-gate", body: { ...gate, reason: { __op: "Delete" }, since }, asMaster: true }],
  ],
  [
    "one that is not the site's any more",
    [stored({ ...gate, name: "old" })],
    [],
    true,
    [{ method: "DELETE", path: "/classes/Camera/row-old", asMaster: true }],
  ],
  ["one that another replica plays", [stored(down)], [], true, []],
  ["one that another process knows", [stored({ ...gate, name: "new" })], [], false, []],
  [
    "one that is there twice",
    [stored(gate), stored(gate, "twin")],
    [gate],
    true,
    [{ method: "DELETE", path: "/classes/Camera/twin", asMaster: true }],
  ],
])("%s", (_what, rows, wanted, isFirst, requests) => {
  expect(cameraChanges(rows, { names, rows: wanted }, isFirst, now)).toEqual(requests);
});

let setup: Setup | undefined;
afterEach(() => setup?.close());

test("the cameras of the site are rows in Parse, without user and password, and follow the wall", async () => {
  const camera = { name: "gate", title: "Gate", url: "rtsp://127.0.0.1:1/main", username: "viewer", hasPassword: true, record: false };
  setup = await startSetup({ cameras: [camera] }, { camera: { patienceMs: 2000, firstRetryMs: 5000, lastRetryMs: 5000 } });
  const { media, parse } = setup;
  const rows = () => parse.rows.filter(({ className }) => className === "Camera").map(({ since, ...row }) => ({ ...row, since: !!since }));
  const become = (row: object) =>
    until(() => (JSON.stringify(rows()) === JSON.stringify([row]) ? null : `the rows are ${JSON.stringify(rows())}`));
  const row = { className: "Camera", objectId: expect.any(String) as string, name: "gate", title: "Gate" };
  await until(() => (media.asked.includes("invoke play") && rows().length === 1 ? null : `${JSON.stringify(rows())}, nothing played`));
  row.objectId = rows()[0]!.objectId;
  expect(rows()).toEqual([{ ...row, state: "connecting", since: true }]);
  media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", { state: "FLOWING", mediaType: "VIDEO" });
  await become({ ...row, state: "live", reason: { __op: "Delete" }, since: true });
  media.emit("PlayerEndpoint", "EndOfStream", {});
  await become({ ...row, state: "down", reason: "No answer from rtsp://127.0.0.1:1/main", since: true });
});
