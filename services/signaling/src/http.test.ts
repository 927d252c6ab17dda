import { origin, startSetup, type Setup } from "./testing/setup";

let setup: Setup;
afterEach(() => setup.close());

const signIn = (password: string, forwardedFor?: string, username = "olga") =>
  fetch(`http://127.0.0.1:${setup.signaling.port}/session`, {
    method: "POST",
    headers: { origin, "content-type": "application/json", ...(forwardedFor ? { "x-forwarded-for": forwardedFor } : {}) },
    body: JSON.stringify({ username, password }),
  });

test("Parse learns for whom somebody is signed in: the client as the edge names it", async () => {
  setup = await startSetup({ trustedProxies: ["127.0.0.0/8"] });
  expect((await signIn("olga", "203.0.113.9")).status).toBe(200);
  expect((await signIn("olga", "198.51.100.1, 203.0.113.10")).status).toBe(200); // what a client claims stands before what the edge adds
  expect(setup.parse.signInsFor).toEqual(["203.0.113.9", "203.0.113.10"]);
});

test("whoever is not the edge names no other address than their own", async () => {
  setup = await startSetup({ trustedProxies: ["10.231.101.0/24"] });
  expect((await signIn("olga", "203.0.113.9")).status).toBe(200);
  expect(setup.parse.signInsFor).toEqual([expect.stringMatching(/127\.0\.0\.1$/)]);
});

test.each([
  ["olga", 401, "unauthenticated", "Wrong user name or password"],
  ["locked", 429, "tooMany", "This account is locked after too many wrong passwords. Wait five minutes, then try again"],
  ["hasty", 429, "tooMany", "Too many sign-ins from this address. Wait a minute"],
])("the sign-in of %s is refused in words", async (username, status, code, message) => {
  setup = await startSetup();
  const refused = await signIn("wrong", undefined, username);
  expect({ status: refused.status, body: (await refused.json()) as object }).toEqual({ status, body: { code, message } });
});

test("twenty sign-ins at once exhaust an address, and no other", async () => {
  setup = await startSetup({ trustedProxies: ["127.0.0.0/8"] });
  const answers = await Promise.all(Array.from({ length: 21 }, () => signIn("wrong", "203.0.113.9")));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(20).fill(401), 429]);
  const refused = (await answers.find(({ status }) => status === 429)!.json()) as object;
  expect(refused).toEqual({ code: "tooMany", message: "Too many sign-ins from this address. Wait a moment" });
  expect((await signIn("wrong", "203.0.113.10")).status).toBe(401);
});
