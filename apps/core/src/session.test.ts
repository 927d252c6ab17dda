import { listRecordings, recordingUrl, Session } from ".";
import { backoffMs } from "./backoff";

const respond = (status: number, body: unknown) =>
  (async () => new Response(body === null ? null : JSON.stringify(body), { status })) as typeof fetch;

test("a session says in words why nobody is signed in", async () => {
  const user = { id: "u1", name: "olga", roles: ["operator"] };
  const good = new Session(respond(200, { user }));
  await good.signIn("olga", "x");
  expect(good.state.getSnapshot()).toEqual({ status: "signedIn", user });
  const wrong = new Session(respond(401, { code: "unauthenticated", message: "Wrong user name or password" }));
  await wrong.restore();
  expect(wrong.state.getSnapshot()).toEqual({ status: "signedOut" });
  await wrong.signIn("olga", "y");
  expect(wrong.state.getSnapshot()).toEqual({ status: "signedOut", error: "Wrong user name or password" });
  const away = new Session(async () => Promise.reject(new TypeError("fetch failed")));
  await away.signIn("olga", "x");
  expect(away.state.getSnapshot()).toEqual({ status: "signedOut", error: "The server cannot be reached. Check the network and try again" });
});

test("whether somebody is signed in is asked again until the server answers", async () => {
  jest.useFakeTimers();
  const user = { id: "u1", name: "olga", roles: ["operator"] };
  const answers = [
    () => Promise.reject(new TypeError("fetch failed")),
    () => respond(503, { code: "accountsUnavailable", message: "Accounts cannot be checked" })(""),
    () => respond(200, { user })(""),
  ];
  const session = new Session(async () => answers.shift()!());
  const states: unknown[] = [];
  session.state.subscribe(() => states.push(session.state.getSnapshot()));
  const restored = session.restore();
  await jest.advanceTimersByTimeAsync(5000);
  await restored;
  expect(states).toEqual([
    { status: "unknown", error: "The server cannot be reached. Check the network and try again" },
    { status: "unknown", error: "Accounts cannot be checked" },
    { status: "signedIn", user },
  ]);
  jest.useRealTimers();
});

test("recordings are read as Parse writes them", async () => {
  const row = { streamId: "s1", title: "Gate", kind: "phone", file: "s1.webm", host: "one" };
  const startedAt = { __type: "Date", iso: "2026-01-02T03:04:05.000Z" };
  const results = [
    { ...row, objectId: "r1", startedAt, endedAt: startedAt },
    { ...row, startedAt },
  ];
  expect(await listRecordings(respond(200, { results }))).toEqual([
    { ...row, startedAt: startedAt.iso, endedAt: startedAt.iso },
    { ...row, startedAt: startedAt.iso, endedAt: null },
  ]);
});

test("a recording plays from the host that made it", () => {
  const recording = { streamId: "s1", title: "Gate", kind: "phone", file: "s1.webm", host: "two", startedAt: "", endedAt: null } as const;
  expect(recordingUrl(recording, "https://live.example.com")).toBe("https://live.example.com/rec/two/s1.webm");
});

test.each([
  [209, "unauthenticated", "The session is not valid any more. Sign in again"],
  [119, "forbidden", "The recordings cannot be loaded: the role operator is needed"],
  [1, "internal", "The recordings cannot be loaded: the server answered 400. Trying again"],
])("recordings that Parse refuses with %d are refused in words", async (code, kind, message) => {
  await expect(listRecordings(respond(400, { code, error: "x" }))).rejects.toMatchObject({ code: kind, message });
});

test("waiting doubles up to its limit, less up to a third", () => {
  expect([0, 1, 5, 9].map((tries) => backoffMs(tries, 500, 10_000, () => 0))).toEqual([500, 1000, 10_000, 10_000]);
  expect(backoffMs(0, 600, 10_000, () => 0.999)).toBeCloseTo(400, 0);
});
