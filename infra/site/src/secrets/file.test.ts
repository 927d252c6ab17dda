import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseSite } from "../load";
import { placeOf } from "../place";
import { openSecrets, writeSecrets } from "./file";

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
