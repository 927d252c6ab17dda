import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { folderInPath } from "../testing/folderInPath";
import { bringPrerequisites } from "./prerequisites";

// What is called is written down by stand-ins that come first in PATH: this computer stays as it is.
let folder: string;
folderInPath((made) => (folder = made));

/** Writes stand-ins; each writes down its name and arguments, and does what is said. */
function standIns(scripts: Readonly<Record<string, string>>): void {
  for (const [name, script] of Object.entries(scripts)) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>${folder}/calls\n${script}\n`);
    chmodSync(file, 0o755);
  }
}
const calls = () => (existsSync(path.join(folder, "calls")) ? readFileSync(path.join(folder, "calls"), "utf8").trimEnd().split("\n") : []);

const info = JSON.stringify({ ServerVersion: "20.10.24", OSType: "linux", SecurityOptions: [], DockerRootDir: "/var/lib/docker" });
/** A client whose engine answers once something has made the file `started`. */
const docker = () => `[ -e ${folder}/started ] && echo '${info}'`;
const start = () => `touch ${folder}/started`;
const asked = "docker info --format {{json .}}";

const engine = { version: "20.10.24", os: "linux", securityOptions: [] };
async function bring(computer: Parameters<typeof bringPrerequisites>[1], hasSystemd = false, answersWithinMs = 10_000): Promise<string[]> {
  const steps: string[] = [];
  const step = (title: string, work: (note: (text: string) => void) => Promise<unknown>) => work((text) => steps.push(`${title}: ${text}`));
  const progress = { step, line: () => undefined } as unknown as Parameters<typeof bringPrerequisites>[0]["progress"];
  const systemd = path.join(folder, "systemd");
  if (hasSystemd) mkdirSync(systemd);
  const context = { progress, signal: new AbortController().signal, project: folder };
  await bringPrerequisites(context, computer, { systemd, answersWithinMs });
  return steps;
}

test("where all is there, nothing is called", async () => {
  standIns({ "apt-get": "", docker: "", dockerd: "", systemctl: "" });
  expect(await bring({ missing: [], engine })).toEqual([]);
  expect(calls()).toEqual([]);
});

test("each package is installed once, after its lists were fetched", async () => {
  standIns({ "apt-get": "" });
  expect(await bring({ missing: ["docker", "dockerd", "ssh", "ssh-keygen", "skopeo"], engine })).toEqual([
    "Install packages: docker.io openssh-client skopeo",
  ]);
  expect(calls()).toEqual(["apt-get update -q", "apt-get install -q -y --no-install-recommends docker.io openssh-client skopeo"]);
});

test("packages that can't be had: apt's last words, and Docker is not started", async () => {
  standIns({ "apt-get": "echo 'E: Unable to locate package skopeo' >&2; exit 100", dockerd: start(), docker: docker() });
  await expect(bring({ missing: ["skopeo"], engine: null })).rejects.toThrow("apt-get update failed:\nE: Unable to locate package skopeo");
  expect(calls()).toEqual(["apt-get update -q"]);
});

test("with systemd, its unit is started, now and at each start", async () => {
  standIns({ systemctl: start(), dockerd: start(), docker: docker() });
  await bring({ missing: [], engine: null }, true);
  expect(calls()).toEqual(["systemctl enable --now docker", asked]);
});

test("without systemd, the daemon is started by itself", async () => {
  standIns({ systemctl: start(), dockerd: start(), docker: docker() });
  await bring({ missing: [], engine: null });
  expect(calls().filter((call) => call !== asked)).toEqual(["dockerd "]);
});

test.each([
  { title: "with systemd", hasSystemd: true },
  { title: "without systemd", hasSystemd: false },
])("a daemon that does not answer: its last words, $title", async ({ hasSystemd }) => {
  const words = "echo 'failed to start: no space left on device'";
  standIns({ systemctl: words, dockerd: words, docker: docker() });
  await expect(bring({ missing: [], engine: null }, hasSystemd, 500)).rejects.toThrow(
    "Docker did not answer within 0.5 s. Its last words:\nfailed to start: no space left on device",
  );
});
