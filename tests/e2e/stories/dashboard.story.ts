import { globSync } from "node:fs";
import path from "node:path";
import { request } from "@barecast/cli";
import type { Login } from "../src/barecast";
import { projectFolder } from "../src/project";
import { Scene } from "../src/scene";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const origin = "http://localhost:4040";

/** Signs in as a browser does, with its cookie and the page's token. @returns what the dashboard's page is told then */
async function settingsFor({ username, password }: Login): Promise<{ status: number; serverURL?: string; masterKey?: string }> {
  const page = await fetch(`${origin}/dashboard/login`);
  const _csrf = /id="csrf"[^>]*>"([^"]+)"/.exec(await page.text())![1]!;
  const cookie = page.headers.get("set-cookie")!.split(";")[0]!;
  const form = {
    method: "POST",
    headers: { cookie },
    body: new URLSearchParams({ username, password, _csrf }),
    redirect: "manual",
  } as const;
  const signedIn = (await fetch(`${origin}/dashboard/login`, form)).headers.get("set-cookie")?.split(";")[0] ?? cookie;
  const settings = await fetch(`${origin}/dashboard/parse-dashboard-config.json`, { headers: { cookie: signedIn } });
  return {
    status: settings.status,
    ...(settings.ok ? ((await settings.json()) as { apps: [{ serverURL: string; masterKey: string }] }).apps[0] : {}),
  };
}

test("an admin opens the dashboard by SSH and sees the classes; an operator is refused; it has no public address", async () => {
  const { site } = scene;
  const opened = site.barecast.begin("open", "dashboard", "--json");
  await opened.says(/{"address":"http:\/\/localhost:4040\/dashboard"}/, 60_000);

  expect(await settingsFor(site.up.operator)).toEqual({ status: 401 });
  const { status, serverURL, masterKey } = await settingsFor(site.up.admin);
  expect({ status, serverURL }).toEqual({ status: 200, serverURL: "/api" });
  const headers = { "X-Parse-Application-Id": "barecast", "X-Parse-Master-Key": masterKey! };
  const { results } = (await (await fetch(`${origin}/api/schemas`, { headers })).json()) as { results: { className: string }[] };
  expect(results.map(({ className }) => className).sort()).toEqual([
    ...["Camera", "Recording", "Stream", "_Installation", "_Role", "_Session", "_User"],
  ]);

  const endpoint = { domain: site.about.domain, address: site.up.machineAddress, port: 443, ca: site.about.ca };
  const outside = async (path: string, more = {}) => (await request(endpoint, "GET", path, { headers: more })).text;
  const console = await outside("/");
  expect(console).toContain('<div id="root">');
  expect(await outside("/dashboard/")).toBe(console); // as every address that is nothing else
  expect(JSON.parse(await outside("/api/schemas", headers))).toEqual({
    code: 119,
    error: "x-parse-master-key: Not accepted from outside the site. Use a session, or the dashboard",
  });

  await opened.interrupt();
  await expect(fetch(`${origin}/dashboard`)).rejects.toThrow("fetch failed");
});

/** Loads modules of Parse Server and of its client; prints those that can't be, and why. */
const loadAll = `
require("/app/dist/no-push.js"); require("/app/dist/no-log-files.js");
const why = (file) => { try { require("/node_modules/" + file); } catch (error) { return [file, error.code ?? error.message]; } };
console.log(JSON.stringify(Object.fromEntries(process.argv.slice(1).map(why).filter(Boolean))));
process.exit();
`;

/** What nothing of Parse Server asks for: other programs' modules, documentation, types, what older versions had. */
const isOfOthers = (file: string) =>
  /\/(cli\/.*|Options\/docs|Controllers\/types|Auth\/OAuth1Client|Files\/GridStoreAdapter|SessionTokenCache|CloudCode|.*\.weapp)\.js$/.test(
    file,
  );

test("nothing that Parse could ask for is left out of its image", async () => {
  const packages = path.join(projectFolder, "node_modules");
  const folders = ["parse-server/lib", "parse-server/node_modules/parse/lib/node"];
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.js`, { cwd: packages })).filter((file) => !isOfOthers(file));
  expect(files.length).toBeGreaterThan(200);
  const found = await scene.site.insideService("parse", "/usr/local/bin/node", "--no-warnings", "-e", loadAll, ...files);
  expect(JSON.parse(found.trim().split("\n").at(-1)!)).toEqual({});
});
