// The media server's tests that need ffmpeg (services/media/src/**/*.itest.ts), inside of the image that the site runs: nothing has to be
// installed on this computer. Needs the compiled packages (tsc -b). Arguments go to Jest: -t "a pause", --outputFile=….
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const project = path.join(import.meta.dirname, "..", "..");
const cache = process.env.BARECAST_CACHE ?? path.join(project, ".cache");
const { buildImages, loadIntoDocker } = createRequire(import.meta.url)("@barecast/images");
const reports = path.join(project, ".cache", "test-reports");
mkdirSync(reports, { recursive: true });

const { media } = await buildImages({ source: "packages", names: ["media"], project, cache });
await loadIntoDocker(media);

// Not the whole project: its state holds secrets.
const read = ["node_modules", "services/media", "tests/fixtures", "package.json"].map((name) => path.join(project, name));
const mounts = [...read.map((name) => `${name}:${name}:ro`), `${reports}:${reports}`].flatMap((mount) => ["--volume", mount]);
const user = `${process.getuid()}:${process.getgid()}`;
const name = `barecast-media-test-${process.pid}`;
const docker = (...args) => spawnSync("docker", args, { encoding: "utf8" }).stdout.trim();
// One of a process that had the same number and was killed.
docker("rm", "--force", name);
const { status, error } = spawnSync(
  "docker",
  [
    ...[
      "run",
      "--name",
      name,
      "--init",
      "--read-only",
      "--tmpfs",
      "/tmp:exec,mode=1777",
      "--user",
      user,
      "--env",
      "HOME=/tmp",
      "--no-healthcheck",
    ],
    ...["--label", "barecast.test=media", ...mounts, "--workdir", path.join(project, "services/media")],
    ...["--entrypoint", "/usr/local/bin/node", media.ref],
    ...[path.join(project, "node_modules/.bin/jest"), "--config=itest.config.js", "--runInBand", ...process.argv.slice(2)],
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
);
// Whoever ends without a word is told of by the engine: a signal, no memory left.
if (status !== 0) console.error(`docker run: ${status}; the container: ${docker("inspect", "--format", "{{json .State}}", name)}`);
docker("rm", "--force", name);
if (error) throw error;
process.exit(status ?? 1);
