"use strict";
// Loaded into the child processes before anything else. They are groups of their own, so that the terminal's Ctrl-C reaches only the
// runner; in return they end with it: their standard input closes when it dies, however it dies.
const fs = require("node:fs");

process.stdin.on("end", () => process.kill(-process.pid, "SIGTERM"));
process.stdin.on("error", () => process.kill(-process.pid, "SIGTERM"));
process.stdin.resume();
process.stdin.unref?.();

// Settings may be secret: they come by a file for this process alone, not by an environment that others can read.
const settings = process.env.BARECAST_RUNNER_SETTINGS;
if (settings) {
  delete process.env.BARECAST_RUNNER_SETTINGS;
  Object.assign(process.env, JSON.parse(fs.readFileSync(settings, "utf8")));
  fs.rmSync(settings);
}
