import { execFile } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { parseSite } from "@barecast/site";
import Docker from "dockerode";

import { createOptions } from "./create-options";
import { ensureMachines, type EnsureOptions, type MachineEvent } from "./ensure";
import { MachineError } from "./errors";
import { machineContainers, siteNetworks, siteVolumes } from "./lookup";
import { removeMachines } from "./remove";
import { machineSpec } from "./spec";
import { machineStatus } from "./status";

// One machine's life, in its order.

const docker = new Docker();
const taken = createServer();
const siteOf = (https: number, machines = "172.30.248.0/24") =>
  parseSite(
    `site: machines-itest\ndomain: machines-itest.localhost\nhosts:\n  one: { machine: {} }\nports: { https: ${https} }\nnetwork: { machines: ${machines} }\n`,
    "sites/machines-itest.yaml",
  );
let site: ReturnType<typeof siteOf>;
let image: string;

async function ensure(more: Partial<EnsureOptions> = {}, of = site) {
  const events: MachineEvent["status"][] = [];
  const options = { image: () => image, publicKey: "ssh-ed25519 AAAA nobody", docker, ...more };
  const [host] = await ensureMachines(of, { ...options, onProgress: ({ status }) => events.push(status) });
  return { host: host!, events };
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => "no refusal",
    (error: unknown) => {
      if (error instanceof MachineError) return error.message;
      throw error;
    },
  );

/** A port of the system's choosing may lie in the site's media or relay range, which no valid site has for HTTPS. */
async function listenBelowTheSitesRanges(): Promise<void> {
  for (let port = 20_443; port < 20_543; port += 1) {
    const isOurs = await new Promise<boolean>((resolve) => {
      taken.once("error", () => resolve(false));
      taken.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (isOurs) return;
  }
  throw new Error("Expected a free port from 20443 to 20542, found none");
}

beforeAll(async () => {
  const tags = (await docker.listImages({ filters: { reference: ["barecast/machine-baked"] } })).sort((a, b) => b.Created - a.Created);
  image = process.env.BARECAST_MACHINE_IMAGE ?? tags[0]?.RepoTags?.[0] ?? "barecast/machine-baked:none";
  await listenBelowTheSitesRanges();
  site = siteOf((taken.address() as AddressInfo).port);
  await removeMachines(site.name, { docker });
});

afterAll(async () => {
  await removeMachines(site.name, { docker });
  taken.close();
});

/** Docker's events know parts of a second: a whole one would reach back into the test before. */
const seconds = (epochMs: number) => (epochMs / 1000).toFixed(3);

test("a missing image is named, and nothing stays behind but the network", async () => {
  expect(await refusal(ensure({ image: () => "barecast/machine:none" }))).toBe(
    "barecast-machines-itest-one: Expected the image barecast/machine:none in Docker, found none. Build it: barecast up",
  );
  expect((await machineContainers(docker, site.name)).size).toBe(0);
});

test("a machine is made at the next free port, and its host key is the one that sshd shows", async () => {
  expect((await machineStatus(site, { docker })).map(({ state }) => state)).toEqual(["missing"]);
  const { host, events } = await ensure();
  expect(events).toEqual(["creating", "created", "ready"]);
  expect(host.publicPort).toBeGreaterThanOrEqual(8443);
  const { stdout } = await promisify(execFile)("ssh-keyscan", ["-t", "ed25519", "-T", "30", host.address]);
  expect(stdout.trim()).toBe(`${host.address} ${host.ssh.hostKey}`);
  const [status] = await machineStatus(site, { docker });
  expect(status).toMatchObject({ name: "one", state: "running", address: host.address, publicPort: host.publicPort });
});

test("a machine that runs is found, and nothing happens to it", async () => {
  const since = Date.now();
  const before = await machineStatus(site, { docker });
  const { events } = await ensure();
  expect(events).toEqual(["found"]);
  expect(await machineStatus(site, { docker })).toEqual(before);
  const { stdout } = await promisify(execFile)("docker", [
    ...["events", "--since", seconds(since), "--until", seconds(Date.now())],
    ...["--filter", "label=barecast.site=machines-itest", "--format", "{{.Action}}"],
  ]);
  expect(stdout.split("\n").filter((action) => /^(create|start|die|stop|kill|destroy|update|restart)$/.test(action))).toEqual([]);
});

test("a stopped machine is started, and is the same: key, port, address", async () => {
  const before = await ensure();
  await docker.getContainer(before.host.container).kill();
  const after = await ensure();
  expect(after).toEqual({ host: before.host, events: ["starting", "started", "ready"] });
});

test("another network for a machine that is there is refused", async () => {
  expect(await refusal(ensure({}, siteOf(443, "172.30.249.0/24")))).toBe(
    "hosts.one: Expected its machine at 172.30.249.10 in the network barecast-machines-itest, found 172.30.248.10 (container barecast-machines-itest-one). " +
      "An address is fixed when a machine is made: run `barecast down`, then `barecast up`",
  );
});

test("a machine that lets in another key is another's: it is left alone", async () => {
  const before = await machineStatus(site, { docker });
  expect(await refusal(ensure({ publicKey: "ssh-ed25519 BBBB somebody" }))).toBe(
    "hosts.one: Expected a machine that lets in this site's key, found one with another key (container barecast-machines-itest-one): " +
      "another checkout's, or one whose secrets were removed. Give the site another name, or remove that machine and its data: ./barecast down",
  );
  expect(await machineStatus(site, { docker })).toEqual(before);
});

test("a machine that somebody else started from the specification is adopted by its labels", async () => {
  await docker.getContainer((await ensure()).host.container).remove({ force: true });
  const labels = { "org.example.session": "7" };
  const spec = machineSpec(site, site.hosts[0]!, { image, publicKey: "ssh-ed25519 AAAA nobody", resolvers: [], labels });
  const { name: _ours, ...options } = createOptions(spec, (taken.address() as AddressInfo).port + 1);
  const container = await docker.createContainer({ ...options, name: "machines-itest-of-a-test" });
  await container.start();
  const { host, events } = await ensure();
  expect({ container: host.container, events }).toEqual({ container: container.id, events: ["found"] });
});

test("removal finds all by label, says who is in the way, and leaves nothing", async () => {
  await docker
    .getContainer("machines-itest-guest") // of a run that was killed
    .remove({ force: true })
    .catch((error: { statusCode?: number }) => expect(error.statusCode).toBe(404));
  const guest = await docker.createContainer({
    Image: image,
    name: "machines-itest-guest",
    Entrypoint: ["sleep", "60"],
    HostConfig: { NetworkMode: "barecast-machines-itest" },
  });
  await guest.start();
  const told = await refusal(removeMachines(site.name, { docker }));
  await guest.remove({ force: true });
  expect(told).toBe(
    "barecast-machines-itest: Expected a network that nobody uses any more, found machines-itest-guest in it. Remove them: docker rm -f machines-itest-guest",
  );
  await removeMachines(site.name, { docker });
  const left = [
    (await machineContainers(docker, site.name)).size,
    await siteNetworks(docker, site.name),
    await siteVolumes(docker, site.name),
  ];
  expect(left).toEqual([0, [], []]);
});
