import { clientOf, recording, stream, type Client } from "./testing/client";
import { master, masterKey, origin, outside, prepareGround, type Ground, type Name, type Service } from "./testing/service";

let ground: Ground;
let parse: Service;
let client: Client;
beforeAll(async () => {
  ground = await prepareGround();
  parse = await ground.start();
  client = clientOf(parse);
});
afterAll(async () => {
  await parse?.stop();
  await ground?.remove();
});

const ask: Client["ask"] = (...request) => client.ask(...request);
const cookieOf: Client["cookieOf"] = (name) => client.cookieOf(name);
const watchers = { "role:operator": { read: true }, "role:admin": { read: true } };

test("a recording written by the master key is read by the operator's cookie, and by nobody else", async () => {
  expect((await ask("POST", "/api/classes/Recording", master, recording())).status).toBe(201);
  const read = async (headers: Readonly<Record<string, string>>) => ask("GET", "/api/classes/Recording", headers);
  const found = await read(await cookieOf("olga"));
  expect(found).toEqual({
    status: 200,
    body: {
      results: [
        { objectId: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String), ACL: watchers, ...recording() },
      ],
    },
  });
  expect((await read(await cookieOf("adam"))).body.results).toHaveLength(1);
  const denied = { status: 400, body: { code: 119, error: "Permission denied" } };
  expect(await read(await cookieOf("rita"))).toEqual(denied);
  expect(await read(outside)).toEqual(denied);
  expect((await read({ ...outside, Cookie: "barecast_session=r:00000000000000000000000000000000" })).body.code).toBe(209);
});

test("a foreign page gets nothing by the cookie", async () => {
  const headers = { ...(await cookieOf("olga")), Origin: "https://evil.example" };
  expect(await ask("GET", "/api/classes/Recording", headers)).toEqual({
    status: 403,
    body: {
      code: 119,
      error: `Origin: Expected one of ${origin}, found "https://evil.example". The session cookie counts only for this site's own pages`,
    },
  });
});

test("operators and reporters write nothing", async () => {
  for (const name of ["olga", "rita", "adam"] as const) {
    expect((await ask("POST", "/api/classes/Recording", await cookieOf(name), recording())).body.code).toBe(119);
    expect((await ask("POST", "/api/classes/Other", await cookieOf(name), { a: 1 })).body.code).toBe(119);
  }
});

test("a reporter reads the streams of their own", async () => {
  const token = { "X-Parse-Session-Token": await client.tokenOf("rita") };
  const rita = (await ask("GET", "/api/users/me", token)).body.objectId as string;
  const user = { __type: "Pointer", className: "_User", objectId: rita };
  const made = await ask("POST", "/api/classes/Stream", master, stream({ user, endedAt: null }));
  expect(made.status).toBe(201);
  expect((await ask("POST", "/api/classes/Stream", master, stream({ streamId: "s3" }))).status).toBe(201);
  const ended = { endedAt: { __type: "Date", iso: "2026-01-02T03:05:00.000Z" }, reason: "The publisher stopped" };
  expect((await ask("PUT", `/api/classes/Stream/${made.body.objectId}`, master, ended)).status).toBe(200);
  const ids = async (name: Name) =>
    ((await ask("GET", "/api/classes/Stream", await cookieOf(name))).body.results as { streamId: string }[])
      .map(({ streamId }) => streamId)
      .sort();
  expect(await ids("rita")).toEqual(["s2"]);
  expect(await ids("lars")).toEqual([]);
  expect(await ids("olga")).toEqual(["s2", "s3"]);
});

test("Cloud Code refuses what is not a recording", async () => {
  const save = async (over: object) => (await ask("POST", "/api/classes/Recording", master, recording(over))).body;
  expect(await save({ file: "../../etc/passwd" })).toEqual({
    code: 142,
    error: 'Recording.file: Expected a name like <streamId>.webm or <streamId>.mkv, without a folder, found "../../etc/passwd"',
  });
  expect((await save({ kind: "fax" })).error).toBe('Recording.kind: Expected one of phone, camera, found "fax"');
  const { objectId } = await save({ streamId: "s9", file: "s9.webm" });
  expect((await ask("PUT", `/api/classes/Recording/${objectId}`, master, { file: "s8.webm" })).body).toEqual({
    code: 142,
    error: "Recording.file: Cannot change after it was first saved",
  });
  const endedAt = { __type: "Date", iso: "2026-01-02T03:05:00.000Z" };
  expect((await ask("PUT", `/api/classes/Recording/${objectId}`, master, { endedAt })).status).toBe(200);
  const open = await save({ streamId: "s10", file: "s10.webm", endedAt: null });
  expect((await ask("PUT", `/api/classes/Recording/${open.objectId}`, master, { endedAt })).status).toBe(200);
});

test("a camera's row is what signaling writes of it, and nothing else", async () => {
  const since = { __type: "Date", iso: "2026-01-02T03:04:05.000Z" };
  const camera = { name: "gate", title: "Gate", state: "down", reason: "No answer from rtsp://10.0.9.11/1", since };
  const { objectId } = (await ask("POST", "/api/classes/Camera", master, camera)).body;
  const live = { name: "gate", title: "Gate", state: "live", since };
  expect((await ask("PUT", `/api/classes/Camera/${objectId}`, master, { ...live, reason: { __op: "Delete" } })).status).toBe(200);
  const found = (await ask("GET", "/api/classes/Camera?keys=name,title,state,reason,since", await cookieOf("olga"))).body.results;
  expect(found).toEqual([expect.objectContaining({ objectId, ...live })]);
  expect(found[0]).not.toHaveProperty("reason");
  expect((await ask("GET", "/api/classes/Camera", await cookieOf("rita"))).body.code).toBe(119);
  expect((await ask("POST", "/api/classes/Camera", master, { ...camera, url: "rtsp://10.0.9.11/1" })).body).toEqual({
    code: 142,
    error: "Camera.url: Unknown field",
  });
  expect((await ask("DELETE", `/api/classes/Camera/${objectId}`, master)).status).toBe(200);
});

test("rows that are open are found, and ended with a reason", async () => {
  const where = encodeURIComponent(JSON.stringify({ endedAt: { $exists: false }, run: "run-1" }));
  const open = async () => (await ask("GET", `/api/classes/Recording?where=${where}`, master)).body.results as { objectId: string }[];
  const { objectId } = (await ask("POST", "/api/classes/Recording", master, recording({ streamId: "s20", run: "run-1" }))).body;
  expect((await open()).map((row) => row.objectId)).toEqual([objectId]);
  const seenAt = { __type: "Date", iso: "2026-01-02T03:05:00.000Z" };
  expect((await ask("PUT", `/api/classes/Recording/${objectId}`, master, { seenAt })).status).toBe(200);
  const ended = { endedAt: seenAt, reason: "The signaling server was lost" };
  expect((await ask("PUT", `/api/classes/Recording/${objectId}`, master, ended)).status).toBe(200);
  expect(await open()).toEqual([]);
});

test("the master key counts inside only, however it is sent", async () => {
  expect((await ask("GET", "/api/schemas", master)).status).toBe(200);
  const refused = "x-parse-master-key: Not accepted from outside the site. Use a session, or the dashboard";
  expect(await ask("GET", "/api/schemas", { ...master, ...outside })).toEqual({ status: 403, body: { code: 119, error: refused } });
  const basic = `Basic ${Buffer.from(`barecast:${masterKey}`).toString("base64")}`;
  expect((await ask("GET", "/api/classes/Recording", { Authorization: basic })).status).toBe(200);
  expect((await ask("GET", "/api/classes/Recording", { Authorization: basic, ...outside })).body.code).toBe(119);
  const body = { _ApplicationId: "barecast", _MasterKey: masterKey, ...recording({ file: "s7.webm" }) };
  const inBody = async (headers: Readonly<Record<string, string>>, id: string) =>
    ask("POST", "/api/classes/Recording", { "X-Parse-Application-Id": id, ...headers }, body);
  expect((await inBody({}, "")).status).toBe(201);
  expect(await inBody(outside, "")).toEqual({
    status: 403,
    body: { code: 119, error: 'X-Parse-Application-Id: Expected the header with the value "barecast"' },
  });
  expect((await inBody(outside, "barecast")).body.code).toBe(119);
  const elsewhere = { ...master, "X-Forwarded-For": "10.231.4.5" };
  expect((await ask("GET", "/api/schemas", elsewhere)).status).toBe(403);
  expect(parse.output()).not.toContain(masterKey);
});

test("/batch works, and opens no other route", async () => {
  const batch = async (path: string) => ask("POST", "/api/batch", await cookieOf("olga"), { requests: [{ method: "GET", path }] });
  expect((await batch("/api/classes/Camera")).body).toEqual([{ success: { results: [] } }]);
  expect((await batch("/api/schemas")).body.code).toBe(119);
});
