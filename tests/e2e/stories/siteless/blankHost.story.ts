import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runPlaybook } from "@barecast/ansible";
import { removeMachines } from "@barecast/machines";
import { loadSite, openSecrets, placeOf } from "@barecast/site";
import { hostsOf } from "@barecast/stack";
import { run } from "../../src/command";
import { startMachine } from "../../src/machine";
import { projectFolder } from "../../src/project";
import { merged, storySite, writeSiteFile } from "../../src/siteFile";

// A host as a provider hands it over: Debian with SSH, and none of the packages that a site needs.
jest.setTimeout(15 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-blank-"));
const siteFile = writeSiteFile(
  merged(storySite, {
    site: "e2e-blank",
    domain: "blank.localhost",
    hosts: { one: { machine: { baked: false } } },
    network: { machines: "172.30.235.0/24" },
  }),
  folder,
);
const env = { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") };
const site = loadSite(siteFile);
const place = placeOf(projectFolder, site.name, { ...process.env, ...env });

beforeAll(async () => {
  const [host] = await startMachine(siteFile, env);
  mkdirSync(path.dirname(place.sshKey), { recursive: true, mode: 0o700 });
  writeFileSync(place.sshKey, (await openSecrets(site, place)).sshKey, { mode: 0o600 });
  writeFileSync(place.knownHosts, `${host!.address} ${host!.ssh.hostKey}\n`);
});
afterAll(async () => {
  await removeMachines(site.name);
  rmSync(folder, { recursive: true });
});

/** Every file of the host but those of the kernel, of what runs, of who looks and of Python, which keeps what it compiled; and its packages. */
const files =
  "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /var/log -o -path /root/.ansible -o -name __pycache__ \\) -prune -o -type f -print";
const traces = () =>
  run(["docker", "exec", "barecast-e2e-blank-one", "sh", "-c", `${files} | sort; dpkg-query -W; iptables-save 2>&1 | wc -l`]);

test("a check of a blank host fails no task, tells what it would do, and changes nothing", async () => {
  expect(await run(["docker", "exec", "barecast-e2e-blank-one", "sh", "-c", "command -v docker iptables || echo none"])).toBe("none\n");
  const before = await traces();
  const changes: string[] = [];
  await runPlaybook({
    project: projectFolder,
    site,
    stack: { hosts: hostsOf(site) },
    secrets: await openSecrets(site, place),
    place,
    check: true,
    onEvent: (event) => {
      if (event.event === "task" && event.status === "changed") changes.push(`${event.role}: ${event.task}`);
    },
  });
  expect(changes).toEqual([
    "base: Write settings of the kernel",
    "storage: Make the folders",
    "firewall: Write the rules",
    "docker: Give Docker's group its id",
    "docker: Write Docker's settings",
    "docker: Say that Docker would be installed",
    "swarm: Make the swarm",
    "registry: Write the registry's settings and certificate",
    "registry: Say that the registry would be started",
    ": Write what was applied",
  ]);
  expect(await traces()).toBe(before);
});
