import { Scene } from "../src/scene";
import { testTls, type TlsCheck, type TlsFinding } from "../src/testssl";

// The edge as testssl.sh sees it.
jest.setTimeout(30 * 60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

const protocols = {
  SSLv2: "not offered",
  SSLv3: "not offered",
  TLS1: "not offered",
  TLS1_1: "not offered",
  TLS1_2: "offered",
  TLS1_3: "offered with final",
};

const by = (found: readonly TlsFinding[]) => (id: string) => found.find((one) => one.id === id)?.finding;

/** What is the same for every name on that port; @returns what testssl.sh found */
async function strongAt(name: string, checks: readonly TlsCheck[]): Promise<TlsFinding[]> {
  const found = await testTls(scene.site, await scene.clients(), name, checks);
  const of = by(found);
  expect(Object.fromEntries(Object.keys(protocols).map((id) => [id, of(id)]))).toEqual(protocols);
  // It warns of its own lacks, too: this OpenSSL speaks no GOST.
  expect(found.filter(({ severity, id }) => !["OK", "INFO", "DEBUG"].includes(severity) && id !== "engine_problem")).toEqual([]);
  expect(of("cipherlist_OBSOLETED")).toBe("not offered");
  expect(of("cipherlist_STRONG_FS")).toBe("offered");
  return found;
}

test("TLS 1.2 and 1.3 with strong ciphers only, and the headers that keep pages to themselves", async () => {
  const of = by(await strongAt(scene.site.about.domain, ["protocols", "std", "headers"]));
  expect(of("HSTS_time")).toMatch(/^365 days/);
  expect(of("X-Frame-Options")).toBe("DENY");
  expect(of("X-Content-Type-Options")).toBe("nosniff");
  expect(of("Content-Security-Policy")).toMatch(/^default-src 'self'; /);
  // Who serves is told, its version is not.
  expect(of("banner_server")).toBe("nginx");
});

test("TURN over TLS, another name on the same port: neither is weaker", async () => {
  const of = by(await strongAt(`turn.${scene.site.about.domain}`, ["protocols", "std"]));
  expect(of("service")).toMatch(/^Couldn't determine service/); // so it wasn't the pages' server that was asked
});
