import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { newAuthority, newServerCertificate } from "@barecast/site";
import { signIn, type Endpoint } from "./wire";

type Answer = readonly [status: number, body: string, cookie?: string];

/** A site that answers its sign-ins with these, in turn. */
async function withSite(answers: Answer[], run: (endpoint: Endpoint) => Promise<void>): Promise<void> {
  const authority = await newAuthority("A test");
  const server = https.createServer(await newServerCertificate(authority, ["site.test"]), (_request, response) => {
    const [status, body, cookie] = answers.shift()!;
    response.writeHead(status, cookie ? { "set-cookie": cookie } : {}).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = server.address() as AddressInfo;
    await run({ domain: "site.test", address: "127.0.0.1", port, ca: authority.cert });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
const good: Answer = [200, "{}", "barecast_session=abc; Path=/; HttpOnly"];
const busy: Answer = [503, "try again shortly"];

test("a site that is busy is asked again until it knows", () =>
  withSite([busy, [502, "Bad Gateway"], good], async (endpoint) => {
    await expect(signIn(endpoint, "verifier", "right")).resolves.toMatch(/^[^;]+=abc$/);
  }));

test("one that stays busy, and one that refuses, are told with their words", () =>
  withSite([busy, [401, "no"]], async (endpoint) => {
    const address = `POST https://site.test:${endpoint.port}/session: Expected 200 and a session cookie, found`;
    await expect(signIn(endpoint, "verifier", "right", { withinMs: 0 })).rejects.toThrow(`${address} 503 try again shortly`);
    await expect(signIn(endpoint, "verifier", "wrong")).rejects.toThrow(`${address} 401 no`);
  }));
