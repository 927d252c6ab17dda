import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { keepLoaded } from "./loaded";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "loaded-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).forEach(([file, text]) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  });
const left = () =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.includes("node_modules/") && statSync(path.join(folder, name)).isFile())
    .map((name) => name.replaceAll("node_modules/", ""))
    .sort();

test("what a program loads stays, with its licence; what nothing loads goes, folders and all", async () => {
  write({
    "app/dist/main.js": 'require("used/sub"); import("new");',
    "app/dist/unused.js": 'require("unused");',
    "app/package.json": "{}",
    "app/node_modules/new/package.json": '{"exports": {"import": "./esm.mjs", "require": "./cjs.js"}}',
    "app/node_modules/new/esm.mjs": "",
    "app/node_modules/new/browser.js": "",
    "node_modules/used/package.json": "{}",
    "node_modules/used/LICENSE.md": "",
    "node_modules/used/sub.js": 'require("./lib/a.js"); require("fs").readFileSync(require("path").join(__dirname, "lib/words.txt"));',
    "node_modules/used/other.js": "",
    "node_modules/used/lib/a.js": 'require("inner");',
    "node_modules/used/lib/words.txt": "",
    "node_modules/used/node_modules/inner/index.js": "",
    "node_modules/used/node_modules/inner/package.json": "{}",
    "node_modules/inner/index.js": "",
    "node_modules/unused/index.js": "",
    "node_modules/unused/LICENSE": "",
  });
  await keepLoaded(folder, "app/dist/main.js", []);
  expect(left()).toEqual(
    [
      ...["app/new/esm.mjs", "app/new/package.json", "used/LICENSE.md", "used/inner/index.js", "used/inner/package.json"],
      ...["used/lib/a.js", "used/lib/words.txt", "used/package.json", "used/sub.js"],
    ].sort(),
  );
  expect(readdirSync(path.join(folder, "app/dist"))).toEqual(["main.js", "unused.js"]);
  expect(readdirSync(path.join(folder, "node_modules"))).toEqual(["used"]);
});

test("what is loaded by name stays whole, with what a package of that name loads, but for packages inside it that it doesn't", async () => {
  write({
    "app/dist/main.js": "require(process.argv[2]);",
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
  await keepLoaded(folder, "app/dist/main.js", ["named", "server/public"]);
  const named = ["index.js", "package.json", "pages/index.html", "plugins/one.js"].map((file) => `named/${file}`);
  expect(left()).toEqual(["asked/index.js", ...named, "server/public/page.js"]);
});

test("a package or program that is not there: told, and nothing is removed", async () => {
  write({ "app/dist/main.js": "", "node_modules/a/index.js": "" });
  await expect(keepLoaded(folder, "app/dist/main.js", ["gone"])).rejects.toThrow(
    `${folder}: Expected gone among the packages, found none. Correct its recipe`,
  );
  await expect(keepLoaded(folder, "app/dist/index.js", [])).rejects.toThrow("app/dist/index.js");
  expect(left()).toEqual(["a/index.js"]);
});
