import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { siteExample, siteKeys } from "./docs";
import { loadSite, parseSite } from "./load";

const sites = path.join(__dirname, "..", "..", "..", "sites");

test("every key says what it means", () => {
  expect(siteKeys().filter(({ text }) => text === "")).toEqual([]);
});

test("the example has every key, and is a site", () => {
  const uncommented = siteExample()
    .replace("# machine:", "machine:")
    .replace("#   baked", "  baked")
    .replace("#   memoryBytes", "  memoryBytes");
  const keysOf = (value: unknown, prefix = ""): string[] =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? []
      : Object.entries(value).flatMap(([key, below]) => [`${prefix}${key}`, ...keysOf(below, `${prefix}${key}.`)]);
  const found = keysOf(parse(uncommented))
    .map((key) => key.replace(/^(hosts|cameras)\.(one|gate)/, "$1.<name>"))
    .filter((key) => !key.endsWith("<name>"));
  expect(found).toEqual(siteKeys().map((row) => row.path));
  expect(parseSite(siteExample(), "sites/example.yaml").name).toBe("example");
});

test("what the example shows as a default is the default", () => {
  const { hosts, cameras: _shown, ...example } = parseSite(siteExample(), "sites/example.yaml");
  const bare = loadSite(path.join(sites, "minimal.yaml"));
  const [host] = hosts;
  expect({ ...example, hosts: [{ ...host, ssh: { ...host!.ssh, hostKey: bare.hosts[0]!.ssh.hostKey } }] }).toEqual({
    ...bare,
    name: "example",
    file: "sites/example.yaml",
    cameras: undefined,
  });
  expect(readFileSync(path.join(sites, "minimal.yaml"), "utf8")).toContain("# yaml-language-server: $schema=site.schema.json");
});
