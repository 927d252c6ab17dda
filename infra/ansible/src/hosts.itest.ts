import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensureMachines, removeMachines, type StartedHost } from "@barecast/machines";
import { generateSecrets, parseSite, placeOf, type SiteSecrets } from "@barecast/site";
import { hostsOf } from "@barecast/stack";
import { until } from "@barecast/waiting";
import Docker from "dockerode";

import { hostDigests } from "./digests";
import { AnsibleError } from "./errors";
import type { TaskEvent } from "./events";
import { probeHosts, staleHosts } from "./probe";
import { runPlaybook, type RunInput } from "./run";
import { openForward } from "./forward";
import { sshArguments } from "./ssh";

// A host's whole life on one machine, in its order: each test goes on where the one before has ended.

const project = path.join(__dirname, "../../..");
const site = parseSite(
  "site: hosts-itest\ndomain: hosts-itest.localhost\nimages: packages\nhosts:\n  one: { machine: {} }\nnetwork: { machines: 172.30.247.0/24 }\n",
  "sites/hosts-itest.yaml",
);
const [host] = site.hosts as [(typeof site.hosts)[0]];
const stack = { hosts: hostsOf(site) };
const docker = new Docker();
const folder = mkdtempSync(path.join(tmpdir(), "barecast-hosts-"));
const place = placeOf(project, site.name, { BARECAST_STATE: folder });
let secrets: SiteSecrets;
let machine: StartedHost;

const onHost = async (command: string) =>
  (await promisify(execFile)("ssh", [...sshArguments(host, place), command], { timeout: 60_000 })).stdout.trim();

/** Waits until a command ends well on the host. */
const comesTrue = (command: string) =>
  until(
    () =>
      onHost(command).then(
        () => null,
        ({ message }: Error) => message,
      ),
    { withinMs: 60_000, everyMs: 100, fail: (last) => new Error(last) },
  );

async function start(): Promise<void> {
  const tags = (await docker.listImages({ filters: { reference: ["barecast/machine-baked"] } })).sort((a, b) => b.Created - a.Created);
  const image = process.env.BARECAST_MACHINE_IMAGE ?? tags[0]?.RepoTags?.[0];
  if (!image) throw new Error("Expected the image barecast/machine-baked in Docker, found none. Build it: ./barecast up");
  [machine] = (await ensureMachines(site, { image: () => image, publicKey: secrets.sshPublicKey, docker })) as [StartedHost];
  writeFileSync(place.knownHosts, `${machine.address} ${machine.ssh.hostKey}\n`);
}

/** Runs a playbook and answers what changed, as `role: task`. */
async function changesOf(more: Partial<RunInput> = {}): Promise<string[]> {
  const changed: string[] = [];
  const onEvent: RunInput["onEvent"] = (event) => {
    if (event.event === "task" && event.status === "changed") changed.push(`${event.role}: ${event.task}`);
  };
  await runPlaybook({ project, site, stack, secrets, place, onEvent, ...more });
  return changed;
}

const staleNow = async () => staleHosts(hostDigests(site, stack, { project, secrets }), await probeHosts({ site, place }), ["one"]);

/** How long a try to connect lasts, seconds: what is to answer gets the time of a busy computer, what is to be silent a moment. */
const patience = { open: 20, closed: 1 };

const canConnect = (port: number, wanted: keyof typeof patience) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: machine.address, port, timeout: patience[wanted] * 1000 });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket
      .once("connect", () => end(true))
      .once("timeout", () => end(false))
      .once("error", () => end(false));
  });

beforeAll(async () => {
  secrets = await generateSecrets(site);
  mkdirSync(path.dirname(place.sshKey), { recursive: true, mode: 0o700 });
  writeFileSync(place.sshKey, secrets.sshKey, { mode: 0o600 });
  await removeMachines(site.name, { docker });
  await start();
});

afterAll(async () => {
  await removeMachines(site.name, { docker });
  rmSync(folder, { recursive: true });
});

/** What a run would change: settings, rules, whether Docker runs. */
const traces = () =>
  onHost(
    "find /etc /usr/local /var/lib/barecast -newer /etc/machine-id -type f | sort; systemctl is-active docker || true; iptables -S | wc -l",
  );

test("a check of a host that has packages alone fails no task and changes nothing", async () => {
  const before = await traces();
  const told = await changesOf({ check: true });
  expect(told).toContain("swarm: Make the swarm");
  expect(await traces()).toBe(before);
});

test("a port of the site that somebody else has is told before anything changes", async () => {
  const before = await traces();
  await onHost("systemd-run --quiet --unit=itest-taken python3 -m http.server 443");
  await comesTrue("ss -Hltn | grep -q :443");
  const refused = await changesOf().then(
    () => "no refusal",
    (error: Error) => error.message,
  );
  await onHost("systemctl stop itest-taken");
  expect(refused).toBe(
    "hosts.one: firewall: Check that nobody else has the site's ports: Expected the site's ports to be free, found python3 at 443/tcp. " +
      "Stop what listens there, or give the site others: ports in the site file",
  );
  expect(await traces()).toBe(before);
});

test("one run makes it a manager with the registry running; the next and a check change nothing", async () => {
  expect(await staleNow()).toEqual([{ host: "one", reason: "is not set up" }]);
  expect(await changesOf()).not.toEqual([]);
  expect(await changesOf()).toEqual([]);
  expect(await changesOf({ check: true })).toEqual([]);
  expect(await staleNow()).toEqual([]);
  expect(await onHost("docker node ls --format '{{.ManagerStatus}}'")).toBe("Leader");
  expect(await onHost("docker network inspect docker_gwbridge --format '{{(index .IPAM.Config 0).Subnet}}'")).toBe("10.232.0.0/24");
});

test("the registry runs as nobody, sees nothing but its own, and its key is its own", async () => {
  const format =
    "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.SecurityOpt}}";
  expect(await onHost(`docker container inspect barecast-registry --format '${format}'`)).toBe(
    "52004:52004 true [ALL] always [no-new-privileges]",
  );
  expect(await onHost("stat -c '%a %u' /etc/barecast/registry/registry.key")).toBe("600 52004");
  expect(await onHost("journalctl --no-pager | grep -c 'PRIVATE KEY' || true")).toBe("0");
});

test("a port that nobody planned is closed from outside, on the host's network and published", async () => {
  const image = await onHost("docker container inspect barecast-registry --format '{{.Image}}'");
  await onHost("systemd-run --quiet --unit=itest-open python3 -m http.server 9999");
  await onHost(
    "docker run -d --name itest-published -p 9997:5000 --tmpfs /var/lib/registry " + image + " /etc/docker/registry/config.yml >/dev/null",
  );
  await comesTrue(`python3 -c 'import socket; [socket.create_connection(("127.0.0.1", p), 1) for p in (9999, 9997)]'`);
  expect(await canConnect(22, "open")).toBe(true);
  expect([await canConnect(5000, "closed"), await canConnect(9999, "closed"), await canConnect(9997, "closed")]).toEqual([
    false,
    false,
    false,
  ]);
  // Without the rules both answer: it was the rules that kept them closed.
  await onHost("/usr/local/sbin/barecast-firewall remove");
  expect([await canConnect(9999, "open"), await canConnect(9997, "open")]).toEqual([true, true]);
  await onHost("systemctl stop itest-open; docker rm -f itest-published >/dev/null");
});

test("the registry, closed to everybody else, answers the operator by SSH, with a certificate for that way", async () => {
  const caCert = path.join(folder, "ca.crt");
  writeFileSync(caCert, secrets.caCert);
  const way = await openForward(host, place, 5000);
  const url = `https://127.0.0.1:${way.port}/v2/`;
  const { stdout } = await promisify(execFile)("curl", ["-sS", "-i", "--noproxy", "*", "--max-time", "30", "--cacert", caCert, url]);
  await way.close();
  expect(stdout).toMatch(/^HTTP\/2 200/);
  await expect(openForward({ ...host, ssh: { ...host.ssh, port: 9 } }, place, 5000)).rejects.toThrow(
    /^Port 5000 can't be brought here\. hosts\.one: Expected an answer by SSH, found: ssh: connect to host [\d.]+ port 9: Connection refused$/,
  );
});

test("a container of the host reaches the ports planned for it, and not the host's SSH", async () => {
  const image = await onHost("docker container inspect barecast-registry --format '{{.Image}}'");
  const { from: planned } = stack.hosts[0]!.input.find(({ source }) => source === "gatewayBridge")!;
  await onHost("/usr/local/sbin/barecast-firewall converge");
  await onHost(`systemd-run --quiet --unit=itest-planned python3 -m http.server ${planned}`);
  await comesTrue(`ss -Hltn | grep -q :${planned}`);
  const reach = (port: number, wanted: keyof typeof patience) =>
    onHost(
      `docker run --rm --network docker_gwbridge --entrypoint bash ${image} -c 'timeout ${patience[wanted]} bash -c "exec 3<>/dev/tcp/${machine.address}/${port}" 2>/dev/null && echo open || echo closed'`,
    );
  const told = { planned: await reach(planned, "open"), ssh: await reach(22, "closed"), registry: await reach(5000, "closed") };
  await onHost("/usr/local/sbin/barecast-firewall remove");
  const withoutRules = { ssh: await reach(22, "open") };
  await onHost("systemctl stop itest-planned");
  expect({ told, withoutRules }).toEqual({ told: { planned: "open", ssh: "closed", registry: "closed" }, withoutRules: { ssh: "open" } });
});

test("rules that were taken away are noticed, and the next run puts just them back", async () => {
  expect(await staleNow()).toEqual([{ host: "one", reason: "firewall rules are not those loaded" }]);
  expect(await changesOf()).toEqual(["firewall: Load them, where others are in force"]);
  await onHost("iptables -D BARECAST-INPUT -j DROP");
  expect(await staleNow()).toEqual([{ host: "one", reason: "firewall rules are not those loaded" }]);
  expect(await changesOf()).toEqual(["firewall: Load them, where others are in force"]);
  expect(await staleNow()).toEqual([]);
});

/** Sends a packet from each of so many ports. */
async function sendFromMany(port: number): Promise<void> {
  const send = async () => {
    const socket = createSocket("udp4");
    await new Promise((resolve) => socket.send("x", port, machine.address, resolve));
    socket.close();
  };
  await Promise.all(Array.from({ length: senders }, send));
}
const senders = 200;

test("senders without number fill the kernel's table of connections at other ports, not at those for media", async () => {
  const followed = async () => Number(await onHost("cat /proc/sys/net/netfilter/nf_conntrack_count"));
  const before = await followed();
  await sendFromMany(40_500);
  await sendFromMany(41_500);
  let more = 0;
  // Those for media were sent before.
  const areThere = async () => ((more = (await followed()) - before) >= senders ? null : `${more} more than before`);
  await until(areThere, { withinMs: 20_000, everyMs: 100, fail: (last) => new Error(last) });
  expect(more).toBeLessThan(senders * 1.5);
});

test("coturn's user sends to media ports, not elsewhere", async () => {
  const sender = `import os, socket, sys
os.setuid(int(sys.argv[2]))
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.connect(("${machine.address}", int(sys.argv[1])))
asking.settimeout(${patience.open})
try:
    asking.send(b"x")
    print("answered", asking.recv(8).decode())
except OSError as error:
    print("refused", error.strerror)
`;
  const echo = `import select, socket
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
sockets[0].bind(("", 40500))
sockets[1].bind(("", 9000))
while True:
    for ready in select.select(sockets, [], [])[0]:
        ready.sendto(b"here", ready.recvfrom(8)[1])
`;
  const file = (name: string, content: string) => onHost(`printf %s ${Buffer.from(content).toString("base64")} | base64 -d >/tmp/${name}`);
  await file("send.py", sender);
  await file("echo.py", echo);
  await onHost("systemd-run --quiet --unit=itest-udp python3 /tmp/echo.py");
  await comesTrue("ss -Hlun | grep -q :9000");
  const { uid } = stack.hosts[0]!.relayOutput!;
  const send = (port: number, user: number) => onHost(`python3 /tmp/send.py ${port} ${user}`);
  const told = { media: await send(40_500, uid), elsewhere: await send(9_000, uid), somebodyElse: await send(9_000, 65_534) };
  await onHost("systemctl stop itest-udp");
  expect(told).toEqual({
    media: "answered here",
    elsewhere: expect.stringMatching(/^refused (Operation not permitted|Connection refused)$/),
    somebodyElse: "answered here",
  });
});

test("after a reboot firewall, swarm and registry are back by themselves", async () => {
  const container = docker.getContainer(machine.container);
  await container.kill();
  await start();
  await comesTrue("docker container inspect barecast-registry --format '{{.State.Running}}' | grep -q true");
  await comesTrue("docker node ls --format '{{.ManagerStatus}}' | grep -q '^Leader$'");
  expect(await staleNow()).toEqual([]);
  expect(await changesOf()).toEqual([]);
});

test("a new certificate makes a new registry container, and nothing else", async () => {
  const { registryCert, registryKey } = await generateSecrets(site);
  const changed = await changesOf({ secrets: { ...secrets, registryCert, registryKey } }).catch((error: AnsibleError) => error);
  // Signed by another CA: the wait for a trusted answer fails, and says so.
  expect(changed).toBeInstanceOf(AnsibleError);
  expect((changed as AnsibleError).message).toMatch(
    /^hosts\.one: registry: Check that the registry answers: Expected the registry to answer at https:/,
  );
  expect((changed as AnsibleError).evidence.join("\n")).toMatch(/certificate/);
  expect(await changesOf()).toEqual(["registry: Write the registry's settings and certificate", "registry: Start the registry"]);
});

test("another host key stops everything, and says so", async () => {
  writeFileSync(place.knownHosts, `${machine.address} ${secrets.sshPublicKey.split(" ").slice(0, 2).join(" ")}\n`);
  const refusal = await changesOf().catch((error: AnsibleError) => error);
  expect(refusal).toBeInstanceOf(AnsibleError);
  expect((refusal as AnsibleError).code).toBe("ansible.unreachable");
  expect((refusal as AnsibleError).message).toMatch(
    /^hosts\.one\.ssh\.hostKey: Expected the host to show this key, found another \(SHA256:/,
  );
  writeFileSync(place.knownHosts, `${machine.address} ${machine.ssh.hostKey}\n`);
});

test("a swarm of somebody else's is left alone, and named", async () => {
  await onHost("docker swarm leave --force && docker swarm init --advertise-addr " + machine.address + " >/dev/null");
  const failures: TaskEvent[] = [];
  const refusal = await changesOf({
    onEvent: (event) => event.event === "task" && event.status === "failed" && failures.push(event),
  }).catch((error: AnsibleError) => error);
  expect((refusal as AnsibleError).message).toBe(
    'hosts.one: swarm: Make the swarm: Expected the swarm of the site "hosts-itest", found one with the labels {}. Take the host out of it: docker swarm leave --force',
  );
  expect(failures).toHaveLength(1);
  await onHost("docker swarm leave --force");
  expect(await changesOf()).toEqual(["swarm: Make the swarm"]);
});

test("down takes the site off the host; the data goes with wipe only; a second time nothing is left to do", async () => {
  expect(await changesOf({ playbook: "down" })).not.toEqual([]);
  expect(await changesOf({ playbook: "down" })).toEqual([]);
  expect(
    await onHost("iptables -S INPUT; iptables -S OUTPUT; docker ps -aq; docker image ls -q; docker network ls --format '{{.Name}}' | sort"),
  ).toBe("-P INPUT ACCEPT\n-P OUTPUT ACCEPT\nbridge\nhost\nnone");
  expect(await onHost("ls /var/lib/barecast")).toBe("postgres\nrecordings\nregistry");
  expect(await changesOf({ playbook: "down", wipe: true })).toEqual([": Remove the data"]);
  expect(await onHost("ls /var/lib/barecast")).toBe("");
});
