import { spawnSync } from "node:child_process";
import path from "node:path";

/** What `make` would run, or why it wouldn't. Of a `make` that runs the tests it knows nothing. */
function made(...words: string[]): string {
  const { PATH } = process.env;
  const { stdout, stderr } = spawnSync("make", ["-n", ...words], {
    cwd: path.join(__dirname, "../../.."),
    env: { PATH },
    encoding: "utf8",
  });
  return (stderr || stdout).trim();
}

test("make down wipes when it is asked with 1, and refuses every other word", () => {
  expect(made("down")).toBe("./barecast down");
  expect(made("down", "WIPE=1")).toBe("./barecast down --wipe");
  expect(made("down", "WIPE=0")).toMatch(/WIPE: Expected 1 or nothing, found 0\./);
  expect(made("down", "WIPE=no")).toMatch(/WIPE: Expected 1 or nothing, found no\./);
});

test("make test runs in lanes when it is asked with 1", () => {
  expect(made("test")).toMatch(/npm run --silent test$/);
  expect(made("test", "LANES=1")).toMatch(/npm run --silent test -- --lanes$/);
  expect(made("test", "LANES=yes")).toMatch(/LANES: Expected 1 or nothing, found yes\./);
});
