import { request, signIn } from "@barecast/cli";
import { knock } from "../src/intruder";
import { mediaObjects } from "../src/media";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "../src/pages";
import { askRelay, tlsEndpointOf } from "../src/relay";
import { Scene } from "../src/scene";
import { steady } from "../src/steady";
import { relayPorts } from "../src/turn";
import { until } from "../src/until";
import { liveProblem } from "../src/watch";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const authenticate = (token?: string) => ({ type: "authenticate", id: "1", ...(token ? { token } : {}) });
const publish = { type: "publish", id: "2", connectionId: "c", title: "Intruder", offer };
const view = (streamId: string) => ({ type: "view", id: "2", connectionId: "c", streamId, offer });

test("no token, a wrong role and a foreign page are refused with a clear message, and touch nothing", async () => {
  const { site } = scene;
  const title = `Untouched ${Date.now()}`;
  const reporter = await openReporter(await scene.phone(), site);
  await goLive(reporter, title);
  const wall = await openConsole(await scene.desk(), site);
  await awaitPicture(wall, title);
  const streamId = (await wall.getAttribute(picture(title), "data-stream-id"))!;
  const endpoint = { domain: site.about.domain, address: site.up.machineAddress, port: 443, ca: site.about.ca };
  const [operator, reporting] = [
    await signIn(endpoint, site.up.operator.username, site.up.operator.password),
    await signIn(endpoint, site.up.reporter.username, site.up.reporter.password),
  ];
  // The pages' own recorder and relays may come after their first picture.
  const before = await steady(
    "What the site holds for its guests",
    async () => [await mediaObjects(site), await relayPorts(site)] as const,
  );
  const watching = liveProblem(wall, picture(title));
  watching.catch(() => undefined); // told below, unless something else failed before
  const { origin } = site;

  expect(await knock(site, { origin }, [authenticate(), publish])).toEqual({
    closed: 4401,
    messages: [{ type: "error", id: "1", code: "unauthenticated", message: "Sign in first" }],
  });
  expect((await knock(site, { origin }, [authenticate("r:00000000000000000000000000000000")])).messages).toEqual([
    { type: "error", id: "1", code: "unauthenticated", message: "The session is not valid any more. Sign in again" },
  ]);
  expect((await knock(site, { origin }, [publish])).messages).toEqual([
    expect.objectContaining({ type: "error", code: "unauthenticated" }),
  ]);
  const refused = async (cookie: string, frame: object) => (await knock(site, { origin, cookie }, [authenticate(), frame])).messages[1];
  expect(await refused(operator, publish)).toEqual({
    type: "error",
    id: "2",
    code: "forbidden",
    message: `${site.up.operator.username} may not publish: the role reporter is needed`,
  });
  expect(await refused(reporting, view(streamId))).toEqual({
    type: "error",
    id: "2",
    code: "forbidden",
    message: `${site.up.reporter.username} may not view streams: the role operator is needed`,
  });
  expect(await knock(site, { origin: "https://evil.example", cookie: operator }, [authenticate()])).toEqual({
    status: 403,
    body: { code: "forbidden", message: `Pages of "https://evil.example" may not use this server. Open ${origin} instead` },
    messages: [],
  });

  expect(await askRelay(tlsEndpointOf(site), null)).toBe(401);

  const [objects, ports] = before;
  expect(await mediaObjects(site)).toEqual(objects);
  // A relay that another story's browser left may end meanwhile.
  expect((await relayPorts(site)).filter((port) => !ports.includes(port))).toEqual([]);
  expect(await watching).toBeNull();
});

test("too many sign-ins from one address keep nobody else out", async () => {
  const { site } = scene;
  const endpoint = { domain: site.about.domain, address: site.up.machineAddress, port: 443, ca: site.about.ca };
  const body = { username: "nobody-knows-me", password: "wrong" };
  const here = async () => (await request(endpoint, "POST", "/session", { body })).status;
  const elsewhere = await (await scene.desk()).newPage();
  await elsewhere.goto(`${site.origin}/`);
  const there = (text: string) => {
    const headers = { "Content-Type": "application/json" };
    const ask = async () => (await fetch("/session", { method: "POST", headers, body: text })).status;
    return Promise.all([ask(), ask(), ask(), ask(), ask()]);
  };

  const many = () => Promise.all(Array.from({ length: 40 }, here));
  expect([...new Set(await many())].sort()).toEqual([401, 429]);
  // Now that this address has none left, again and at the same time as the other.
  const [, others] = await Promise.all([many(), elsewhere.evaluate(there, JSON.stringify(body))]);
  expect(others).toEqual([401, 401, 401, 401, 401]);
  await until("This address may sign in again", async () => ((await here()) === 401 ? null : "429"), { withinMs: 60_000, everyMs: 2000 });
});
