import { spawnSync } from "node:child_process";
import path from "node:path";

// In a group of its own, because Node kills its whole group when it is asked to kill what it could not start.
const starter = `
  const { openSync } = require("node:fs");
  const { Child } = require(${JSON.stringify(path.join(__dirname, "../../dist/ffmpeg/child.js"))});
  const isOpened = () => { try { return openSync("/dev/null") } catch { return false } };
  while (isOpened());
  const child = new Child("ffmpeg", { args: ["-version"] });
  void child.stop("SIGKILL", 1_000).then(() => process._rawDebug(child.lastWords));
`;

test("who has no file descriptor left to start ffmpeg says so, and lives", () => {
  const { signal, stderr } = spawnSync("setsid", ["--wait", "sh", "-c", 'ulimit -n 40; exec "$0" -e "$1"', process.execPath, starter], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ signal, stderr }).toEqual({ signal: null, stderr: "spawn ffmpeg EMFILE\n" });
});
