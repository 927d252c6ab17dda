import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort, throwawayDatabase, type ThrowawayDatabase } from "./throwaway";
import { until } from "./until";

jest.setTimeout(120_000);

const passwords = {
  olga: "first password, of an operator",
  rita: "first password, of a reporter",
  adam: "first password, of an admin",
  lars: "another reporter's",
};
const masterKey = "master-key-of-the-test";
const origin = "https://replica.localhost";
/** What Traefik adds. The address of the last test network (RFC 5737) stands for a client. */
const outside = { "X-Forwarded-Host": "replica.localhost", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" };

let database: ThrowawayDatabase;
let folder: string;
let port: number;
let parse: Process;

interface Process {
  output(): string;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** The service as its container runs it: the built entry, its configuration a file, its secrets a folder. */
async function start(listen: number, over: object = {}): Promise<Process> {
  const accounts = { olga: ["operator"], rita: ["reporter"], adam: ["admin"], lars: ["reporter"] };
  const config = {
    listen,
    publicUrl: `${origin}/api`,
    origins: [origin],
    database: { host: "127.0.0.1", port: database.port },
    masterKeyIps: ["10.231.0.0/16"],
    accounts: Object.entries(accounts).map(([username, roles]) => ({ username, roles })),
    dashboard: listen === port,
    ...over,
  };
  const file = path.join(folder, `${listen}.json`);
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [path.join(__dirname, "../dist/main.js")], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", CONFIG: file, SECRETS: path.join(folder, "secrets") },
    cwd: folder,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const health = () => fetch(`http://127.0.0.1:${listen}/health`).then((r) => (r.ok ? null : `HTTP ${r.status}`));
  await until(async () => (child.exitCode === null ? health() : null), { withinMs: 60_000 });
  if (child.exitCode !== null) throw new Error(`Exited with ${child.exitCode}: ${output.slice(-1500)}`);
  return { output: () => output, stop: () => (child.kill("SIGTERM"), exited) };
}

beforeAll(async () => {
  database = await throwawayDatabase();
  folder = mkdtempSync(path.join(tmpdir(), "barecast-parse-"));
  mkdirSync(path.join(folder, "secrets"));
  const secrets = {
    ...{
      postgres: database.password,
      "parse-master": masterKey,
      "parse-maintenance": "maintenance-key",
      "parse-read-only": "read-only-key",
    },
    ...Object.fromEntries(Object.entries(passwords).map(([name, password]) => [`account-${name}`, password])),
  };
  for (const [name, content] of Object.entries(secrets)) writeFileSync(path.join(folder, "secrets", name), `${content}\n`, { mode: 0o400 });
  port = await freePort();
  parse = await start(port);
});

afterAll(async () => {
  await parse?.stop();
  await database?.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON of any shape
}

async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { "X-Parse-Application-Id": "barecast", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}
const master = { "X-Parse-Master-Key": masterKey };
const login = (username: string, password: string, headers: Record<string, string> = {}) =>
  ask("POST", "/api/login", headers, { username, password });
type Name = keyof typeof passwords;
const tokenOf = async (username: Name): Promise<string> => (await login(username, passwords[username])).body.sessionToken;
const cookieOf = async (username: Name) => ({ Cookie: `a=b; barecast_session=${encodeURIComponent(await tokenOf(username))}`, ...outside });
const recording = (over: object = {}) => ({
  streamId: "s1",
  title: "Town hall",
  kind: "phone",
  startedAt: { __type: "Date", iso: "2026-01-02T03:04:05.000Z" },
  file: "s1.webm",
  host: "one",
  ...over,
});

test("is healthy, and made its roles and accounts", async () => {
  expect(await ask("GET", "/health")).toEqual({ status: 200, body: { status: "ok", database: "ok" } });
  expect(await ask("GET", "/api/health")).toEqual({ status: 200, body: { status: "ok" } });
  expect(
    parse
      .output()
      .split("\n")
      .filter((line) => line.startsWith("Made ")),
  ).toEqual([
    "Made role operator",
    "Made role reporter",
    "Made role admin",
    "Made account olga (operator)",
    "Made account rita (reporter)",
    "Made account adam (admin)",
    "Made account lars (reporter)",
  ]);
});

test("a recording written by the master key is read by the operator's cookie, and by nobody else", async () => {
  expect((await ask("POST", "/api/classes/Recording", master, recording())).status).toBe(201);
  const read = async (headers: Record<string, string>) => ask("GET", "/api/classes/Recording", headers);
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
const watchers = { "role:operator": { read: true }, "role:admin": { read: true } };

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
  const rita = (await ask("GET", "/api/users/me", { "X-Parse-Session-Token": await tokenOf("rita") })).body.objectId as string;
  const stream = {
    ...{ streamId: "s2", title: "Rita live", kind: "phone", startedAt: recording().startedAt, endedAt: null },
    user: { __type: "Pointer", className: "_User", objectId: rita },
  };
  expect((await ask("POST", "/api/classes/Stream", master, stream)).status).toBe(201);
  expect((await ask("POST", "/api/classes/Stream", master, { ...stream, streamId: "s3", user: undefined })).status).toBe(201);
  const { results } = (await ask("GET", "/api/classes/Stream", master)).body as { results: { objectId: string; streamId: string }[] };
  const ended = { endedAt: { __type: "Date", iso: "2026-01-02T03:05:00.000Z" }, reason: "The publisher stopped" };
  const objectId = results.find(({ streamId }) => streamId === "s2")?.objectId;
  expect((await ask("PUT", `/api/classes/Stream/${objectId}`, master, ended)).status).toBe(200);
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

test("the master key counts inside only, however it is sent", async () => {
  expect((await ask("GET", "/api/schemas", master)).status).toBe(200);
  const refused = "x-parse-master-key: Not accepted from outside the site. Use a session, or the dashboard";
  expect(await ask("GET", "/api/schemas", { ...master, ...outside })).toEqual({ status: 403, body: { code: 119, error: refused } });
  const basic = `Basic ${Buffer.from(`barecast:${masterKey}`).toString("base64")}`;
  expect((await ask("GET", "/api/classes/Recording", { Authorization: basic })).status).toBe(200);
  expect((await ask("GET", "/api/classes/Recording", { Authorization: basic, ...outside })).body.code).toBe(119);
  const body = { _ApplicationId: "barecast", _MasterKey: masterKey, ...recording({ file: "s7.webm" }) };
  const inBody = async (headers: Record<string, string>, id: string) =>
    ask("POST", "/api/classes/Recording", { "X-Parse-Application-Id": id, ...headers }, body);
  expect((await inBody({}, "")).status).toBe(201);
  expect(await inBody(outside, "")).toEqual({
    status: 403,
    body: { code: 119, error: 'X-Parse-Application-Id: Expected the header with the value "barecast"' },
  });
  expect((await inBody(outside, "barecast")).body.code).toBe(119);
  const elsewhere = { "X-Parse-Master-Key": masterKey, "X-Forwarded-For": "10.231.4.5" };
  expect((await ask("GET", "/api/schemas", elsewhere)).status).toBe(403);
});

test("/batch works, and opens no other route", async () => {
  const batch = async (path: string) => ask("POST", "/api/batch", await cookieOf("olga"), { requests: [{ method: "GET", path }] });
  expect((await batch("/api/classes/Camera")).body).toEqual([{ success: { results: [] } }]);
  expect((await batch("/api/schemas")).body.code).toBe(119);
});

test("nobody signs up", async () => {
  const signup = await ask("POST", "/api/users", outside, { username: "mallory", password: "a long enough password" });
  expect(signup.status).toBe(400);
  expect(signup.body.code).toBe(119);
  const anonymous = { authData: { anonymous: { id: "7d0d6a4c-6a3c-4b1d-9f4f-1f8b2c3d4e5f" } } };
  expect((await ask("POST", "/api/users", outside, anonymous)).body.code).toBe(119);
  expect((await ask("POST", "/api/users", {}, anonymous)).status).toBe(400);
});

test("whoami tells a session's roles; a person changes their password but not their name", async () => {
  const token = { "X-Parse-Session-Token": await tokenOf("adam") };
  const me = (await ask("POST", "/api/functions/whoami", token, {})).body.result;
  expect(me).toEqual({ id: expect.any(String), name: "adam", roles: ["admin"] });
  expect((await ask("POST", "/api/functions/whoami", {}, {})).status).toBe(400);
  expect((await ask("PUT", `/api/users/${me.id}`, token, { username: "root" })).body).toEqual({
    code: 119,
    error: "username: Only an administrator changes it",
  });
  expect((await ask("PUT", `/api/users/${me.id}`, token, { password: "short" })).body.error).toBe(
    "The password must have 12 to 200 characters",
  );
  expect((await ask("PUT", `/api/users/${me.id}`, token, { password: "second password, of an admin" })).status).toBe(200);
  expect((await login("adam", "second password, of an admin")).status).toBe(200);
});

test("ten wrong passwords lock an account, 120 sign-ins a minute exhaust an address", async () => {
  for (let attempt = 0; attempt < 10; attempt++) {
    expect((await login("lars", "wrong")).body.error).toBe("Invalid username/password.");
  }
  expect((await login("lars", passwords.lars)).body.error).toMatch(/^Your account is locked/);
  const address = { "X-Forwarded-For": "203.0.113.77" };
  const answers = await Promise.all(Array.from({ length: 121 }, () => login("nobody", "wrong", address)));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(120).fill(404), 429]);
  expect((await login("nobody", "wrong", { "X-Forwarded-For": "203.0.113.78" })).status).toBe(404);
});

test("says what is wrong while its database is away, and comes back with it", async () => {
  await database.halt();
  const away = await ask("GET", "/health");
  expect(away.status).toBe(503);
  expect(away.body).toEqual({ status: "unready", database: expect.stringMatching(/./) });
  await database.start();
  expect(await ask("GET", "/health")).toEqual({ status: 200, body: { status: "ok", database: "ok" } });
});

test("a second process on the same database makes nothing, keeps passwords, and stops on SIGTERM", async () => {
  const second = await start(await freePort());
  expect(second.output()).not.toMatch(/^Made/m);
  expect((await login("adam", "second password, of an admin")).status).toBe(200);
  expect(await second.stop()).toBe(0);
});

test("live queries over Redis: an operator hears of a stream, a stranger does not, the master key is nothing there", async () => {
  const redisPort = await freePort();
  const password = "redis-password-of-the-test";
  writeFileSync(path.join(folder, "redis.conf"), `port ${redisPort}\nbind 127.0.0.1\nsave ""\nrequirepass ${password}\n`);
  writeFileSync(path.join(folder, "secrets", "redis"), password, { mode: 0o400 });
  const redis = spawn("redis-server", [path.join(folder, "redis.conf")], { cwd: folder, stdio: "ignore" });
  const listen = await freePort();
  const live = await start(listen, { liveQuery: true, redis: { host: "127.0.0.1", port: redisPort } });
  const heard = async (credentials: object) => {
    const socket = new WebSocket(`ws://127.0.0.1:${listen}/api`);
    const messages: { op: string; object?: { streamId: string } }[] = [];
    socket.onmessage = ({ data }) => messages.push(JSON.parse(String(data)));
    const until1 = (op: string) =>
      until(async () => (messages.some((m) => m.op === op) ? null : JSON.stringify(messages)), { withinMs: 5000 });
    await new Promise((resolve) => (socket.onopen = resolve));
    socket.send(JSON.stringify({ op: "connect", applicationId: "barecast", ...credentials }));
    await until1("connected");
    socket.send(JSON.stringify({ op: "subscribe", requestId: 1, query: { className: "Stream", where: {} }, ...credentials }));
    await until(async () => (messages.some((m) => m.op === "subscribed" || m.op === "error") ? null : JSON.stringify(messages)), {
      withinMs: 5000,
    });
    return { messages, socket };
  };
  const sockets = [await heard({ sessionToken: await tokenOf("olga") }), await heard({}), await heard({ masterKey })];
  const stream = { streamId: "live-1", title: "Heard", kind: "phone", startedAt: recording().startedAt, endedAt: null };
  const saved = await fetch(`http://127.0.0.1:${listen}/api/classes/Stream`, {
    method: "POST",
    headers: { "X-Parse-Application-Id": "barecast", "Content-Type": "application/json", ...master },
    body: JSON.stringify(stream),
  });
  expect(saved.status).toBe(201);
  const [olga, ...others] = sockets;
  await until(async () => (olga?.messages.some((m) => m.object?.streamId === "live-1") ? null : JSON.stringify(olga?.messages)), {
    withinMs: 5000,
  });
  for (const other of others) expect(other.messages.filter((m) => m.op === "create")).toEqual([]);
  for (const { socket } of sockets) socket.close();
  expect(await live.stop()).toBe(0);
  redis.kill();
});

test("no log line holds a secret", () => {
  for (const secret of [
    masterKey,
    database.password,
    encodeURIComponent(database.password),
    ...Object.values(passwords),
    "second password, of an admin",
  ]) {
    expect(parse.output()).not.toContain(secret);
  }
});

test("the dashboard signs in admins on loopback", async () => {
  const at = (file: string) => fetch(`http://127.0.0.1:4040/dashboard/${file}`);
  expect((await at("parse-dashboard-config.json")).status).toBe(401);
  expect(await (await at("login")).text()).toContain("<title>Parse Dashboard</title>");
});
