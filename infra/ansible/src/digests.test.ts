import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseSite } from "@barecast/site";
import { hostsOf } from "@barecast/stack";

import { digestsOf, sourcesDigest } from "./digests";

const siteOf = (more = "") =>
  parseSite(
    `site: trio\ndomain: live.localhost\n${more}hosts:\n  one: { machine: {} }\n  two: { machine: {}, roles: [media] }\n`,
    "sites/trio.yaml",
  );
const digests = (more = "", other: Partial<Parameters<typeof digestsOf>[2]> = {}) => {
  const site = siteOf(more);
  return digestsOf(
    site,
    { hosts: hostsOf(site) },
    { registryImageId: "sha256:a", code: "c", secrets: { caCert: "", registryCert: "" }, ...other },
  );
};
const changed = (after: Record<string, string>) => Object.keys(after).filter((host) => after[host] !== digests()[host]);

test("what touches a host changes its digest, and no other host's", () => {
  expect(changed(digests())).toEqual([]);
  expect(changed(digests("logLevel: debug\n"))).toEqual([]);
  expect(changed(digests("", { registryImageId: "sha256:b" }))).toEqual(["one"]);
  expect(changed(digests("ports: { relay: { from: 42000, to: 42999 } }\n"))).toEqual(["one"]);
  expect(changed(digests("ports: { media: { from: 43000, to: 43999 } }\n"))).toEqual(["one", "two"]);
  expect(changed(digests("", { code: "other roles" }))).toEqual(["one", "two"]);
  expect(changed(digests("", { secrets: { caCert: "new", registryCert: "" } }))).toEqual(["one", "two"]);
  expect(changed(digests("", { secrets: { caCert: "", registryCert: "new" } }))).toEqual(["one"]);
});

test("a digest of sources depends on names and contents, not on the order or what Python leaves", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-sources-"));
  try {
    mkdirSync(path.join(folder, "a"));
    writeFileSync(path.join(folder, "a", "main.yml"), "x");
    const first = sourcesDigest([folder]);
    mkdirSync(path.join(folder, "__pycache__"));
    writeFileSync(path.join(folder, "__pycache__", "m.pyc"), "y");
    expect(sourcesDigest([folder])).toBe(first);
    writeFileSync(path.join(folder, "a", "main.yml"), "z");
    expect(sourcesDigest([folder])).not.toBe(first);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
