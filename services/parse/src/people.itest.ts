import { request } from "node:http";
import { clientOf, type Client } from "./testing/client";
import { outside, people, prepareGround, type Ground, type Service } from "./testing/service";

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

const changed = "second password, of an admin";

test("is healthy, and made its roles and accounts", async () => {
  expect(await client.ask("GET", "/health")).toEqual({ status: 200, body: { status: "ok", database: "ok" } });
  expect(await client.ask("GET", "/api/health")).toEqual({ status: 200, body: { status: "ok" } });
  const lines = parse.output().split("\n");
  expect(lines.filter((line) => line.startsWith("Made "))).toEqual([
    "Made role operator",
    "Made role reporter",
    "Made role admin",
    "Made account olga (operator)",
    "Made account rita (reporter)",
    "Made account adam (admin)",
    "Made account lars (reporter)",
  ]);
});

test("nobody signs up", async () => {
  const { ask } = client;
  const signup = await ask("POST", "/api/users", outside, { username: "mallory", password: "a long enough password" });
  expect(signup.status).toBe(400);
  expect(signup.body.code).toBe(119);
  const anonymous = { authData: { anonymous: { id: "7d0d6a4c-6a3c-4b1d-9f4f-1f8b2c3d4e5f" } } };
  expect((await ask("POST", "/api/users", outside, anonymous)).body.code).toBe(119);
  expect((await ask("POST", "/api/users", {}, anonymous)).status).toBe(400);
});

test("whoami tells a session's roles; a person changes their password but not their name", async () => {
  const { ask, login, tokenOf } = client;
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
  expect((await ask("PUT", `/api/users/${me.id}`, token, { password: changed })).status).toBe(200);
  expect((await login("adam", changed)).status).toBe(200);
});

test("a second process on the same database makes nothing, keeps passwords, and stops on SIGTERM", async () => {
  const second = await ground.start();
  expect(second.output()).not.toMatch(/^Made/m);
  expect((await clientOf(second).login("adam", changed)).status).toBe(200);
  expect((await clientOf(second).login("adam", people.adam.password)).status).toBe(404);
  expect(await second.stop()).toBe(0);
});

test("ten wrong passwords lock an account, 120 sign-ins a minute exhaust an address", async () => {
  const { login } = client;
  for (let attempt = 0; attempt < 10; attempt++) {
    expect((await login("lars", "wrong")).body.error).toBe("Invalid username/password.");
  }
  expect((await login("lars", people.lars.password)).body.error).toMatch(/^Your account is locked/);
  const address = { "X-Forwarded-For": "203.0.113.77" };
  const answers = await Promise.all(Array.from({ length: 121 }, () => login("nobody", "wrong", address)));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(120).fill(404), 429]);
  expect((await login("nobody", "wrong", { "X-Forwarded-For": "203.0.113.78" })).status).toBe(404);
});

test("whoever is no proxy of the site names no other address than their own", async () => {
  const statuses: (number | undefined)[] = [];
  for (let n = 0; n < 121; n++) statuses.push(await loginFrom("127.0.0.2", `203.0.113.${n}`));
  expect(statuses).toEqual([...Array<number>(120).fill(404), 429]);
});

/** A sign-in by a connection from another address of loopback, that claims to be for a third one. */
function loginFrom(localAddress: string, claimed: string): Promise<number | undefined> {
  const headers = { "X-Parse-Application-Id": "barecast", "Content-Type": "application/json", "X-Forwarded-For": claimed };
  return new Promise((resolve, reject) => {
    const options = { port: parse.port, host: "127.0.0.1", localAddress, path: "/api/login", method: "POST", headers };
    const asked = request(options, (response) => resolve(response.resume().statusCode));
    asked.on("error", reject).end(JSON.stringify({ username: "nobody", password: "wrong" }));
  });
}

test("no log line holds a secret", () => {
  const { password } = ground.database;
  const secrets = [password, encodeURIComponent(password), changed, ...Object.values(people).map((person) => person.password)];
  expect(secrets.filter((secret) => parse.output().includes(secret))).toEqual([]);
});
