import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { copyLoaded, loadedFiles } from "./loaded";

let project: string;
beforeEach(() => (project = mkdtempSync(path.join(tmpdir(), "loaded-"))));
afterEach(() => rmSync(project, { recursive: true }));

const write = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).forEach(([file, text]) => {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
  });
/** A lockfile: what the workspace and each package asks for. Each package that is there gets its version. */
const lock = (asked: Readonly<Record<string, readonly string[]>>) => {
  const version = "1.0.0";
  const entry = (names: readonly string[]) => ({ version, dependencies: Object.fromEntries(names.map((name) => [name, "1"])) });
  const packages = Object.fromEntries(Object.entries(asked).map(([at, names]) => [at, entry(names)]));
  write({ "package-lock.json": JSON.stringify({ packages }) });
  for (const at of Object.keys(asked).filter((folder) => folder.includes("node_modules/") && existsSync(path.join(project, folder)))) {
    const file = path.join(project, at, "package.json");
    const said = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as object) : {};
    writeFileSync(file, JSON.stringify({ ...said, version }));
  }
};
const workspace = { kind: "workspace", folder: "services/x", without: {}, byName: [] } as const;

test("what a program loads comes, with its licence, from where it resolves to; the rest of the package, and other packages, don't", async () => {
  write({
    "services/x/dist/main.js": 'require("used/sub"); import("own"); require("./other");',
    "services/x/dist/other.js": "",
    "services/x/node_modules/own/package.json": '{"exports": {"import": "./esm.mjs", "require": "./cjs.js"}}',
    "services/x/node_modules/own/esm.mjs": "",
    "services/x/node_modules/own/cjs.js": "",
    "services/x/node_modules/own/browser.js": "",
    "node_modules/used/package.json": "{}",
    "node_modules/used/LICENSE.md": "",
    "node_modules/used/README.md": "",
    "node_modules/used/sub.js": 'require("./lib/a.js"); require("fs").readFileSync(require("path").join(__dirname, "lib/words.txt"));',
    "node_modules/used/other.js": "",
    "node_modules/used/lib/a.js": 'require("inner");',
    "node_modules/used/lib/words.txt": "",
    "node_modules/used/lib/NOTICE": "",
    "node_modules/used/node_modules/inner/package.json": "{}",
    "node_modules/used/node_modules/inner/index.js": "",
    "node_modules/inner/index.js": "",
    "node_modules/unused/index.js": "",
    "node_modules/unused/LICENSE": "",
  });
  lock({
    "services/x": ["used", "own", "unused"],
    "services/x/node_modules/own": [],
    "node_modules/used": ["inner"],
    "node_modules/used/node_modules/inner": [],
    "node_modules/inner": [],
    "node_modules/unused": [],
  });
  await copyLoaded(project, workspace, path.join(project, "context"));
  const copied = (readdirSync(path.join(project, "context"), { recursive: true }) as string[]).filter((name) =>
    statSync(path.join(project, "context", name)).isFile(),
  );
  const inner = ["inner/index.js", "inner/package.json"].map((file) => `node_modules/used/node_modules/${file}`);
  const used = ["LICENSE.md", "lib/NOTICE", "lib/a.js", "lib/words.txt", "package.json", "sub.js"].map(
    (file) => `node_modules/used/${file}`,
  );
  expect(copied.sort()).toEqual(["app/node_modules/own/esm.mjs", "app/node_modules/own/package.json", ...inner, ...used].sort());
});

test("what is loaded by name comes whole, with what a package of that name loads, but for packages inside it that it doesn't", async () => {
  write({
    "services/x/dist/main.js": "require(process.argv[2]);",
    "node_modules/named/package.json": '{"main": "./plugins/one.js"}',
    "node_modules/named/index.js": "",
    "node_modules/named/plugins/one.js": 'require("asked");',
    "node_modules/named/pages/index.html": "",
    "node_modules/named/node_modules/inside/index.js": "",
    "node_modules/asked/index.js": "",
    "node_modules/asked/more.js": "",
    "node_modules/server/index.js": "",
    "node_modules/server/public/page.js": 'require("unasked");',
    "node_modules/unasked/index.js": "",
  });
  lock({
    "services/x": ["named", "server"],
    "node_modules/named": ["asked", "inside"],
    "node_modules/named/node_modules/inside": [],
    "node_modules/asked": [],
    "node_modules/server": ["unasked"],
    "node_modules/unasked": [],
  });
  const named = ["index.js", "package.json", "pages/index.html", "plugins/one.js"].map((file) => `node_modules/named/${file}`);
  expect(await loadedFiles(project, { ...workspace, byName: ["named", "server/public"] })).toEqual([
    ...["asked/index.js", "asked/package.json"].map((file) => `node_modules/${file}`),
    ...named,
    ...["server/package.json", "server/public/page.js"].map((file) => `node_modules/${file}`),
  ]);
});

test("a package that the image does without is not followed, nor is one that only development asks for", async () => {
  write({
    "services/x/dist/main.js": 'require("server"); require("dev");',
    "node_modules/server/index.js": 'require("push");',
    "node_modules/push/index.js": 'require("cloud");',
    "node_modules/cloud/index.js": "",
    "node_modules/dev/index.js": "",
  });
  lock({
    "services/x": ["server"],
    "node_modules/server": ["push"],
    "node_modules/push": ["cloud"],
    "node_modules/cloud": [],
    "node_modules/dev": [],
  });
  expect(await loadedFiles(project, { ...workspace, without: { server: ["push"] } })).toEqual([
    "node_modules/server/index.js",
    "node_modules/server/package.json",
  ]);
});

test("packages that are a link to those of another checkout are taken from there", async () => {
  write({
    "services/x/dist/main.js": 'require("used");',
    "other/node_modules/used/index.js": 'require("inner");',
    "other/node_modules/inner/index.js": "",
  });
  symlinkSync("other/node_modules", path.join(project, "node_modules"));
  lock({ "services/x": ["used"], "node_modules/used": ["inner"], "node_modules/inner": [] });
  expect(await loadedFiles(project, workspace)).toEqual(
    ["inner", "used"].flatMap((name) => [`node_modules/${name}/index.js`, `node_modules/${name}/package.json`]),
  );
});

test("a program or package that is not there, or not as the lockfile says, or no program: told, and nothing is copied", async () => {
  const context = path.join(project, "context");
  const told = (byName: readonly string[] = []) => expect(copyLoaded(project, { ...workspace, byName }, context)).rejects;
  lock({ "services/x": [] });
  await told().toThrow(`${project}/services/x/dist/main.js: Expected a program, found none. Compile it first`);
  write({ "services/x/dist/main.js": 'require("old");', "node_modules/old/index.js": "", "node_modules/dev/index.js": "" });
  lock({ "services/x": ["old"], "node_modules/old": [], "node_modules/dev": [] });
  const wanted = "Expected a package that is run on, or a folder of one, found none. Correct its recipe";
  await told(["gone"]).toThrow(`gone: ${wanted}`);
  await told(["old/gone"]).toThrow(`old/gone: ${wanted}`);
  await told(["dev"]).toThrow(`dev: ${wanted}`);
  write({ "node_modules/old/package.json": '{"version": "0.9.0"}' });
  await told().toThrow("node_modules/old: Expected version 1.0.0 of package-lock.json, found 0.9.0. Run npm ci");
  write({ "node_modules/old/index.js": "not a program" });
  await told().toThrow("Failed to parse");
  expect(existsSync(context)).toBe(false);
});

test("what can't be followed is said", async () => {
  write({ "services/x/dist/main.js": 'try { require("optional"); } catch { /* It does without. */ }' });
  lock({ "services/x": ["optional"], "node_modules/optional": [] });
  const said = jest.spyOn(console, "error").mockImplementation();
  expect(await loadedFiles(project, workspace)).toEqual([]);
  expect(said.mock.calls.map(([line]) => String(line).split("\n")[0])).toEqual(['Failed to resolve dependency "optional":']);
  said.mockRestore();
});
