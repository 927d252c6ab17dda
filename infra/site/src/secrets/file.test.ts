import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseSite } from "../load";
import { placeOf } from "../place";
import { changeSecrets, openSecrets, writeSecrets } from "./file";
import { withCertificates } from "./generate";

const site = parseSite("site: x\ndomain: x.localhost\nhosts: {one: {machine: {}}}\n", "x.yaml");
const folder = mkdtempSync(path.join(tmpdir(), "barecast-secrets-"));
const place = placeOf(folder, "x", { BARECAST_STATE: folder, BARECAST_AGE_KEY_FILE: path.join(folder, "age.key") });
afterAll(() => rmSync(folder, { recursive: true }));

test("a file of an earlier version gets what is missing, once, and keeps all else", async () => {
  const first = await openSecrets(site, place);
  const { adminPassword, ...earlier } = { ...first, own: { gate: "pw" } };
  expect(adminPassword).toMatch(/^\w{5}(-\w{5}){3}$/);
  await writeSecrets(place, earlier);
  const added = await openSecrets(site, place);
  expect(added).toEqual({ ...earlier, adminPassword: expect.stringMatching(/^\w{5}(-\w{5}){3}$/) });
  expect(added.adminPassword).not.toBe(adminPassword);
  const written = readFileSync(place.secrets);
  expect(await openSecrets(site, place)).toEqual(added);
  expect(readFileSync(place.secrets)).toEqual(written);
});

test("a certificate that ends, or lacks a name of the site, is made again by the same authority; one that stands stays", async () => {
  const first = await openSecrets(site, place);
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  expect(await withCertificates(site, first, days(350))).toEqual(first);
  const late = await withCertificates(site, first, days(365));
  expect(late).toEqual({ ...first, ...changed(late) });
  expect(issuer(late.edgeCert)).toEqual(issuer(first.edgeCert));

  const moved = parseSite("site: x\ndomain: y.localhost\nhosts: {one: {machine: {}}}\n", "x.yaml");
  const renamed = await openSecrets(moved, place);
  expect(renamed).toEqual({ ...first, edgeCert: renamed.edgeCert, edgeKey: renamed.edgeKey });
  expect(new X509Certificate(renamed.edgeCert).subjectAltName).toBe("DNS:y.localhost, DNS:turn.y.localhost");
  expect(new X509Certificate(renamed.edgeCert).verify(new X509Certificate(first.caCert).publicKey)).toBe(true);
  expect(await openSecrets(moved, place)).toEqual(renamed);

  const elsewhere = parseSite(
    "site: x\ndomain: y.localhost\nnetwork: {machines: 172.30.232.0/24}\nhosts: {one: {machine: {}}}\n",
    "x.yaml",
  );
  const readdressed = await openSecrets(elsewhere, place);
  expect(readdressed).toEqual({ ...renamed, registryCert: readdressed.registryCert, registryKey: readdressed.registryKey });
  const { subjectAltName } = new X509Certificate(readdressed.registryCert);
  expect(subjectAltName).toBe(`IP Address:${elsewhere.hosts[0]!.address}, IP Address:127.0.0.1`);
  expect(subjectAltName).not.toBe(new X509Certificate(renamed.registryCert).subjectAltName);

  function changed({ edgeCert, edgeKey, registryCert, registryKey }: typeof late) {
    const made = { edgeCert, edgeKey, registryCert, registryKey };
    for (const [key, value] of Object.entries(made)) expect(value).not.toBe(first[key as keyof typeof made]);
    return made;
  }
  function issuer(cert: string) {
    return new X509Certificate(cert).issuer;
  }
});

test("those who change the file at once lose nothing of each other", async () => {
  const fresh = { ...place, secrets: path.join(folder, "at-once", "secrets.age"), ageKey: path.join(folder, "at-once", "age.key") };
  const names = ["a", "b", "c", "d"];
  await Promise.all(names.map((name) => changeSecrets(site, fresh, (secrets) => ({ ...secrets, own: { ...secrets.own, [name]: name } }))));
  expect((await openSecrets(site, fresh)).own).toEqual({ a: "a", b: "b", c: "c", d: "d" });
});
