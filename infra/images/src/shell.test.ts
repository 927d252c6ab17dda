import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { developmentOnly } from "./staging";
import { perform } from "./shell";

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "shell-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("files: copied but for what is left out, moved, removed", async () => {
  mkdirSync(at("from/node_modules/x"), { recursive: true });
  writeFileSync(at("from/a.js"), "a");
  writeFileSync(at("from/a.d.ts"), "a");
  writeFileSync(at("from/node_modules/x/b.d.ts"), "b");
  writeFileSync(at("from/node_modules/x/b.js"), "b");
  await perform(
    "redis",
    [
      { do: "empty", folder: at("to") },
      { do: "copy", from: at("from"), to: at("to"), except: /\.d\.ts$/ },
      { do: "rename", from: at("to/a.js"), to: at("to/c.js") },
      { do: "remove", path: at("from") },
    ],
    at("log"),
  );
  expect(readdirSync(at("to"), { recursive: true }).sort()).toEqual(["c.js", "node_modules", "node_modules/x", "node_modules/x/b.js"]);
  expect(readdirSync(folder).sort()).toEqual(["log", "log.lock", "to"]);
});

test.each([
  ["index.d.ts", true],
  ["index.mts", true],
  ["view.tsx", true],
  ["index.js.map", true],
  ["README.md", true],
  ["media.itest.js", true],
  ["LICENSE.md", false],
  ["license.markdown", false],
  ["NOTICE.md", false],
  ["index.mjs", false],
  ["package.json", false],
  ["consts.js", false],
])("is %s for development only: %s", (name, expected) => {
  expect(developmentOnly.test(name)).toBe(expected);
});

test("what a compiler wrote for sources that are gone is left out", async () => {
  for (const folder of ["src/kept", "dist/kept", "dist/gone"]) mkdirSync(at(folder), { recursive: true });
  const files = ["src/a.ts", "src/b.tsx", "src/kept/c.ts", "src/d.json", "dist/a.js", "dist/b.js", "dist/kept/c.js", "dist/d.json"];
  for (const file of [...files, "dist/old.js", "dist/gone/e.js", "dist/a.d.ts"]) writeFileSync(at(file), "");
  const step = { do: "copy compiled", from: at("dist"), sources: at("src"), to: at("to"), except: /\.d\.ts$/ } as const;
  await perform("redis", [step], at("log"));
  expect(readdirSync(at("to"), { recursive: true }).sort()).toEqual(["a.js", "b.js", "d.json", "kept", "kept/c.js"]);
});

test("a program that fails: which image, which command, its last words, where the rest is", async () => {
  const command = ["sh", "-c", "echo one; echo two >&2; exit 7"];
  const failure = perform("redis", [{ do: "run", command }], at("log"));
  await expect(failure).rejects.toMatchObject({
    code: "image-build-failed",
    message: `redis: sh ended with exit code 7
  | $ true
  | $ sh -c echo one; echo two >&2; exit 7
  | one
  | two
  command: sh -c echo one; echo two >&2; exit 7
  whole output: ${at("log")}`,
  });
  expect(readFileSync(at("log"), "utf8")).toContain("one\n");
});

test("a program or file that is not there", async () => {
  await expect(perform("redis", [{ do: "run", command: ["no-such-program"] }], at("log"))).rejects.toThrow(
    "no-such-program ended with exit code 69\n  | $ true\n  | $ no-such-program\n  | flock: failed to execute no-such-program: No such file or directory",
  );
  await expect(perform("redis", [{ do: "copy", from: at("none"), to: at("to") }], at("log"))).rejects.toThrow(
    `redis: ${at("none")}: Expected a file or folder, found nothing. Build it first`,
  );
});

test("a program that outlived an earlier run is waited for", async () => {
  const orphan = spawn("flock", [at("log.lock"), "sh", "-c", `echo held; sleep 0.3; echo done >${at("orphan")}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(orphan.stdout, "data");
  await perform("redis", [{ do: "rename", from: at("orphan"), to: at("seen") }], at("log"));
  expect(readFileSync(at("seen"), "utf8")).toBe("done\n");
});
