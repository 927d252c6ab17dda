import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConfigError, loadConfig, loadSecrets, parseConfig } from "./config";

const minimal = { publicUrl: "https://replica.localhost/api", origins: ["https://replica.localhost"], database: { host: "postgres" } };
const problems = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("Expected a ConfigError, found none");
};

test("the least that must be said, and its defaults", () => {
  expect(parseConfig(JSON.stringify(minimal), "parse.json")).toEqual({
    listen: 1337,
    mountPath: "/api",
    publicUrl: "https://replica.localhost/api",
    origins: ["https://replica.localhost"],
    database: { host: "postgres", port: 5432, name: "parse", user: "parse" },
    liveQuery: false,
    accounts: [],
    masterKeyIps: [],
    trustedProxies: [],
    dashboard: true,
    logLevel: "info",
  });
});

test("all mistakes of a file are told together, with path and what was found", () => {
  const wrong = {
    ...minimal,
    listen: 70000,
    mountPath: "api",
    origins: ["https://replica.localhost/"],
    database: { host: "", password: "x" },
    accounts: [{ username: "o p", roles: ["boss"] }],
    masterKeyIps: ["10.231.0.0/99"],
  };
  expect(problems(() => parseConfig(JSON.stringify(wrong), "parse.json"))).toEqual([
    "parse.json: listen: Too big: expected number to be <=65535, found 70000",
    'parse.json: mountPath: a path like /api, found "api"',
    'parse.json: origins.0: an origin like https://replica.localhost, without a path, found "https://replica.localhost/"',
    'parse.json: database.host: Too small: expected string to have >=1 characters, found ""',
    "parse.json: database.password: Unknown key. Remove it",
    'parse.json: accounts.0.username: a name of letters, digits, dots, dashes and underscores, found "o p"',
    'parse.json: accounts.0.roles.0: Invalid option: expected one of "operator"|"reporter"|"admin", found "boss"',
    'parse.json: masterKeyIps.0: Invalid input, found "10.231.0.0/99"',
  ]);
});

test.each([
  ["not JSON", "{", [expect.stringMatching(/^parse\.json: Expected JSON: /)]],
  [
    "live queries without Redis",
    JSON.stringify({ ...minimal, liveQuery: true }),
    ["parse.json: liveQuery: Needs redis, found none. Set redis.host, or liveQuery: false"],
  ],
])("%s", (_name, text, expected) => {
  expect(problems(() => parseConfig(text, "parse.json"))).toEqual(expected);
});

test("a file that is not there", () => {
  expect(problems(() => loadConfig("/nowhere/parse.json"))).toEqual([
    "/nowhere/parse.json: Cannot be read (ENOENT). Set CONFIG to the configuration's path",
  ]);
});

describe("secrets", () => {
  const config = parseConfig(JSON.stringify({ ...minimal, accounts: [{ username: "olga", roles: ["operator"] }] }), "parse.json");
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
  const folderWith = (files: Record<string, string>) => {
    const folder = mkdtempSync(path.join(tmpdir(), "barecast-secrets-"));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), content);
      chmodSync(path.join(folder, name), 0o400);
    }
    return folder;
  };
  const all = {
    postgres: "p\n",
    "parse-master": "a",
    "parse-maintenance": "b",
    "parse-read-only": "c",
    "account-olga": "first password\n",
  };

  test("are read without the last line's end", () => {
    expect(loadSecrets(folderWith(all), config)).toEqual({
      postgres: "p",
      masterKey: "a",
      maintenanceKey: "b",
      readOnlyMasterKey: "c",
      accounts: { olga: "first password" },
    });
  });

  test("missing, empty and equal ones are told", () => {
    const folder = folderWith({ postgres: "p", "parse-master": "\n", "parse-maintenance": "b" });
    expect(problems(() => loadSecrets(folder, config))).toEqual([
      `${folder}/parse-master: Empty. Expected a secret`,
      `${folder}/parse-read-only: Cannot be read (ENOENT). Expected a secret`,
      `${folder}/account-olga: Cannot be read (ENOENT). Expected a secret`,
    ]);
    const equal = folderWith({ ...all, "parse-maintenance": "a" });
    expect(problems(() => loadSecrets(equal, config))).toEqual([
      `${equal}: parse-master, parse-maintenance and parse-read-only must differ from each other`,
    ]);
  });
});
