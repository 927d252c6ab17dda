import { dashboardPort } from "./dashboard";
import { clientOf } from "./testing/client";
import { masterKey, people, prepareGround, type Ground, type Name, type Service } from "./testing/service";

let ground: Ground;
let parse: Service;
beforeAll(async () => {
  ground = await prepareGround();
  parse = await ground.start({ dashboard: true });
});
afterAll(async () => {
  await parse?.stop();
  await ground?.remove();
});

/** A browser without pages: follows nothing, keeps its cookie. */
class Visitor {
  private cookie = "";

  async ask(path: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(`http://127.0.0.1:${dashboardPort}${path}`, {
      redirect: "manual",
      headers: { cookie: this.cookie },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    this.cookie = response.headers.get("set-cookie")?.split(";")[0] ?? this.cookie;
    return response;
  }
  /** Where the sign-in led. */
  async signIn(username: string, password: string): Promise<string | null> {
    const page = await (await this.ask("/dashboard/login")).text();
    const token = /id="csrf"[^>]*>"([^"]+)"/.exec(page)?.[1] ?? "";
    return (await this.ask("/dashboard/login", { username, password, _csrf: token })).headers.get("location");
  }
  /** What the dashboard's page is told: with the master key, or a refusal. */
  async settings(): Promise<{ status: number; apps?: unknown }> {
    const response = await this.ask("/dashboard/parse-dashboard-config.json");
    return response.ok
      ? { status: response.status, apps: ((await response.json()) as { apps: unknown }).apps }
      : { status: response.status };
  }
}

const refused = { led: "/dashboard/login", settings: { status: 401 } };
const visit = async (name: string, password: string) => {
  const visitor = new Visitor();
  return { led: await visitor.signIn(name, password), settings: await visitor.settings() };
};

test("nobody is let in without signing in", async () => {
  expect(await new Visitor().settings()).toEqual({ status: 401 });
});

test.each<[string, string, string]>([
  ["an operator", "olga", people.olga.password],
  ["a reporter", "rita", people.rita.password],
  ["an admin with a wrong password", "adam", "a wrong password"],
  ["nobody at all", "", ""],
  ["parse-dashboard's own user", "admin", ""],
])("%s is refused", async (_who, name, password) => {
  expect(await visit(name, password)).toEqual(refused);
});

test("an admin gets in, and sees the classes", async () => {
  const { led, settings } = await visit("adam" satisfies Name, people.adam.password);
  expect({ led, status: settings.status }).toEqual({ led: "/dashboard/apps", status: 200 });
  expect(settings.apps).toEqual([
    { appId: "barecast", appName: "barecast", serverURL: "/api", masterKey, readOnlyMasterKey: "read-only-key" },
  ]);
  const classes = await clientOf({ port: dashboardPort }).ask("GET", "/api/schemas", { "X-Parse-Master-Key": masterKey });
  const names = (classes.body.results as { className: string }[]).map(({ className }) => className).sort();
  expect(names).toEqual(["Camera", "Recording", "Stream", "_Installation", "_Role", "_Session", "_User"]);
});

test("rows are counted as they are", async () => {
  const headers = { "X-Parse-Master-Key": masterKey };
  const { body } = await clientOf({ port: dashboardPort }).ask("GET", "/api/users?count=1&limit=0", headers);
  expect(body).toEqual({ results: [], count: Object.keys(people).length });
});

test("a password that was changed counts at once", async () => {
  const { ask, tokenOf } = clientOf(parse);
  const token = { "X-Parse-Session-Token": await tokenOf("adam") };
  const { objectId } = (await ask("GET", "/api/users/me", token)).body as { objectId: string };
  expect((await ask("PUT", `/api/users/${objectId}`, token, { password: "a new password, of an admin" })).status).toBe(200);
  expect(await visit("adam", people.adam.password)).toEqual(refused);
  expect((await visit("adam", "a new password, of an admin")).led).toBe("/dashboard/apps");
});
