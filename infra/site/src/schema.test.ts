import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { siteDocs, siteExample, siteKeys } from "./docs";
import { loadSite, parseSite } from "./load";

const sites = path.join(__dirname, "..", "..", "..", "sites");

test("every key says what it means", () => {
  expect(siteKeys().filter(({ text }) => text === "")).toEqual([]);
});

test("every key with a value of its own says its security consequence, or that it has none", () => {
  expect(siteKeys().filter(({ isGroup, security }) => !isGroup && security === "")).toEqual([]);
});

test("the key of a range has the range's default, in the docs as in the example", () => {
  const rows = siteDocs()
    .split("\n")
    .filter((line) => /^\| `ports\.(media|relay)\./.test(line));
  expect(rows.map((row) => row.split(" | ").slice(0, 3))).toEqual([
    ["| `ports.media.from`", "integer", "`40000`"],
    ["| `ports.media.to`", "integer", "`40999`"],
    ["| `ports.relay.from`", "integer", "`41000`"],
    ["| `ports.relay.to`", "integer", "`41999`"],
  ]);
  const prose = siteExample().replace(/\n *# /g, " ");
  expect([...prose.matchAll(/(Default: \d+)\.\n +((?:from|to): \d+)/g)].map(([, said, shown]) => [said, shown])).toEqual([
    ["Default: 40000", "from: 40000"],
    ["Default: 40999", "to: 40999"],
    ["Default: 41000", "from: 41000"],
    ["Default: 41999", "to: 41999"],
  ]);
});

test("a key without a security consequence has a dash, and what must be stated says so", () => {
  const row = (key: string) =>
    siteDocs()
      .split("\n")
      .find((line) => line.startsWith(`| \`${key}\` |`));
  expect(row("cameras.<name>.title")).toBe("| `cameras.<name>.title` | string |  | As the wall shows it. Default: the camera's key | – |");
  expect(["site", "domain", "hosts", "cameras.<name>.url"].map((key) => row(key)!.split(" | ")[2])).toEqual(Array(4).fill("required"));
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
