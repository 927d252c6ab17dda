import { eventOf, type TaskEvent } from "./events";
import { probeOf, staleHosts } from "./probe";
import { argumentsOf, failureOf } from "./run";
import { ansibleSettings } from "./settings";
import { sshArguments } from "./ssh";

const failed = (host: string, more: Partial<TaskEvent> = {}): TaskEvent => ({
  event: "task",
  host,
  role: "docker",
  task: "Install Docker",
  status: "failed",
  ms: 12,
  evidence: ["No package matching 'docker.io' is available"],
  ...more,
});

test("a failure names host, role, task, and who else failed; its lines are the evidence", () => {
  const error = failureOf([failed("one"), failed("two"), failed("one", { task: "Later" })], 2, []);
  expect([error.code, error.message, error.evidence]).toEqual([
    "ansible.task",
    "hosts.one: docker: Install Docker: No package matching 'docker.io' is available (two failed, too)",
    ["No package matching 'docker.io' is available"],
  ]);
});

test("an unreachable host, and a run that ended before any task", () => {
  const unreachable = failureOf([failed("one", { status: "unreachable", evidence: ["Task failed: ssh:", "No route to host"] })], 4, []);
  expect([unreachable.code, unreachable.message]).toEqual([
    "ansible.unreachable",
    "hosts.one: Expected an answer by SSH, found: No route to host",
  ]);
  const early = failureOf([], 1, ["ERROR! the role 'x' was not found"]);
  expect([early.code, early.message, early.evidence]).toEqual([
    "ansible.run",
    "ansible-playbook: Expected a run to its end, found exit code 1",
    ["ERROR! the role 'x' was not found"],
  ]);
});

test("only whole lines of the callback are events", () => {
  expect(eventOf('{"event": "start", "host": "one", "role": "base", "task": "Look"}')).toEqual({
    event: "start",
    host: "one",
    role: "base",
    task: "Look",
  });
  expect(eventOf("[WARNING]: something of Ansible's own")).toBeUndefined();
  expect(eventOf('{"event": "sta')).toBeUndefined();
});

test("the command line of a run: no secret in it", () => {
  const input = { limit: ["one", "two"], check: true, wipe: true } as unknown as Parameters<typeof argumentsOf>[0];
  expect(argumentsOf(input, "/tmp/s").map((argument) => argument.replace(/^.*\/playbooks\//, "playbooks/"))).toEqual([
    "playbooks/site.yml",
    "--extra-vars",
    "@/tmp/s/secrets.json",
    "--limit",
    "one,two",
    "--check",
    "--extra-vars",
    '{"wipe": true}',
  ]);
});

test("Ansible's settings pin host keys and keep to the site's folder", () => {
  const text = ansibleSettings({ folder: "/state/ansible", knownHosts: "/state/known_hosts", sockets: "/tmp/s" });
  expect(text.replaceAll(/(?<== )\/.*\/(?=roles|library|plugins)/g, "<workspace>/")).toMatchSnapshot();
});

test("ssh is given the pinned key file, and the site's own key for machines only", () => {
  const place = { sshKey: "/state/id", knownHosts: "/state/known_hosts" };
  const host = { name: "one", address: "192.0.2.7", ssh: { user: "ops", port: 2222 }, roles: [] };
  const pinned = [
    "UserKnownHostsFile=/state/known_hosts",
    "GlobalKnownHostsFile=none",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "BatchMode=yes",
    "ConnectTimeout=5",
  ];
  const options = (list: string[]) => list.flatMap((option) => ["-o", option]);
  expect(sshArguments(host, place)).toEqual(["-F", "none", ...options(pinned), "-p", "2222", "ops@192.0.2.7"]);
  expect(sshArguments({ ...host, machine: { baked: true } }, place)).toEqual([
    ...["-F", "none", "-i", "/state/id"],
    ...options([...pinned, "IdentitiesOnly=yes"]),
    ...["-p", "2222", "ops@192.0.2.7"],
  ]);
});

test("a probe's lines become facts; what is stale says why", () => {
  const lines = "machineId=m\nbootId=b:7\napplied=d1\nfirewall=intact\ndocker=active\nregistry=true\n";
  const whole = probeOf("one", lines);
  expect(whole).toEqual({
    host: "one",
    isReachable: true,
    machineId: "m",
    bootId: "b:7",
    applied: "d1",
    isFirewallIntact: true,
    isDockerRunning: true,
    isRegistryRunning: true,
  });
  const reasons = (probe: ReturnType<typeof probeOf>, digest = "d1") =>
    staleHosts({ one: digest }, [probe], ["one"]).map(({ reason }) => reason);
  expect(reasons(whole)).toEqual([]);
  expect(reasons(whole, "d2")).toEqual(["roles or variables are others than those applied"]);
  expect(reasons(probeOf("one", lines.replace("applied=d1", "applied=")))).toEqual(["is not set up"]);
  expect(reasons(probeOf("one", lines.replace("intact", "changed")))).toEqual(["firewall rules are not those loaded"]);
  expect(reasons(probeOf("one", lines.replace("docker=active", "docker=inactive")))).toEqual(["Docker does not run"]);
  expect(reasons(probeOf("one", lines.replace("registry=true", "registry=")))).toEqual(["the registry does not run"]);
  expect(reasons(probeOf("one", "", "Connection refused"))).toEqual(["does not answer: Connection refused"]);
});
