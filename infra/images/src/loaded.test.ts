import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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
/** A lockfile: what the workspace and each package asks for. */
const lock = (asked: Readonly<Record<string, readonly string[]>>) => {
  const entry = (names: readonly string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, "1"])) });
  write({
    "package-lock.json": JSON.stringify({ packages: Object.fromEntries(Object.entries(asked).map(([at, names]) => [at, entry(names)])) }),
  });
};
const workspace = { kind: "workspace", folder: "services/x", without: {}, byName: [] } as const;

test("what a program loads comes, with its licence, from where it resolves to; the rest of the package, and other packages, don't", async () => {
  lock({
    "services/x": ["used", "own", "unused"],
    "services/x/node_modules/own": [],
    "node_modules/used": ["inner"],
    "node_modules/used/node_modules/inner": [],
    "node_modules/inner": [],
    "node_modules/unused": [],
  });
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
  lock({
    "services/x": ["named", "server"],
    "node_modules/named": ["asked", "inside"],
    "node_modules/named/node_modules/inside": [],
    "node_modules/asked": [],
    "node_modules/server": ["unasked"],
    "node_modules/unasked": [],
  });
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
  const named = ["index.js", "package.json", "pages/index.html", "plugins/one.js"].map((file) => `node_modules/named/${file}`);
  expect(await loadedFiles(project, { ...workspace, byName: ["named", "server/public"] })).toEqual([
    "node_modules/asked/index.js",
    ...named,
    "node_modules/server/public/page.js",
  ]);
});

test("a package that the image does without is not followed, nor is one that only development asks for", async () => {
  lock({
    "services/x": ["server"],
    "node_modules/server": ["push"],
    "node_modules/push": ["cloud"],
    "node_modules/cloud": [],
    "node_modules/dev": [],
  });
  write({
    "services/x/dist/main.js": 'require("server"); require("dev");',
    "node_modules/server/index.js": 'require("push");',
    "node_modules/push/index.js": 'require("cloud");',
    "node_modules/cloud/index.js": "",
    "node_modules/dev/index.js": "",
  });
  expect(await loadedFiles(project, { ...workspace, without: { server: ["push"] } })).toEqual(["node_modules/server/index.js"]);
});

test("packages that are a link to those of another checkout are taken from there", async () => {
  lock({ "services/x": ["used"], "node_modules/used": ["inner"], "node_modules/inner": [] });
  write({
    "services/x/dist/main.js": 'require("used");',
    "other/node_modules/used/index.js": 'require("inner");',
    "other/node_modules/inner/index.js": "",
  });
  symlinkSync("other/node_modules", path.join(project, "node_modules"));
  expect(await loadedFiles(project, workspace)).toEqual(["node_modules/inner/index.js", "node_modules/used/index.js"]);
});

test("a program or package that is not there: told, and nothing is copied", async () => {
  lock({ "services/x": [] });
  const context = path.join(project, "context");
  await expect(copyLoaded(project, workspace, context)).rejects.toThrow("services/x/dist/main.js");
  write({ "services/x/dist/main.js": "" });
  await expect(copyLoaded(project, { ...workspace, byName: ["gone"] }, context)).rejects.toThrow(
    "services/x: Expected gone among the packages, found none. Correct its recipe",
  );
  expect(existsSync(context)).toBe(false);
});
