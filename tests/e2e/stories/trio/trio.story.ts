import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machineVolumes } from "@barecast/machines";
import { loadSite } from "@barecast/site";
import { registryOf } from "@barecast/stack";
import { engineLock, ownTime, withLock } from "@barecast/waiting";
import type { Page } from "playwright-core";
import { Barecast } from "../../src/barecast";
import { run } from "../../src/command";
import { dockerInMemory, giveMemoryBack } from "../../src/inMemory";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "../../src/pages";
import { projectFolder } from "../../src/project";
import { Scene } from "../../src/scene";
import type { SiteUnderTest } from "../../src/site";
import { merged, readSiteFile, trioSite, writeSiteFile } from "../../src/siteFile";
import { steadySince } from "../../src/steadySince";
import { ThreeHosts, threeHosts, type HostsAndServices } from "../../src/threeHosts";
import { unanswered, wrongDuring } from "../../src/unanswered";
import { until } from "../../src/until";
import { anotherPicture, liveProblem } from "../../src/watch";
import { openPortsAreThePlans } from "./openPorts";

// Three machines: what of them is lost is answered elsewhere, and what comes back is made whole.
// Longer than usual: the site is brought up once, and its tests are what happens to it, one thing after the other.
jest.setTimeout(60 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-trio-"));
const trioFile = merged(readSiteFile(path.join(projectFolder, "sites", "trio.yaml")), {
  site: trioSite,
  domain: `${trioSite}.localhost`,
  network: { machines: "172.30.245.0/24" },
});
const siteFile = writeSiteFile(trioFile, folder);
const barecast = new Barecast(siteFile, {
  BARECAST_STATE: path.join(folder, "state"),
  BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey"),
});

let trio: ThreeHosts;
let site: SiteUnderTest;
let cookie: string;
beforeAll(async () => {
  await dockerInMemory(loadSite(siteFile));
  trio = await ThreeHosts.up(barecast);
  ({ site } = trio);
  cookie = await trio.signIn();
});
afterAll(async () => {
  await barecast.down().finally(() => giveMemoryBack(trioSite));
  rmSync(folder, { recursive: true, force: true });
});

const hostsOf = ({ services }: HostsAndServices, service: string) =>
  services
    .find(({ name }) => name === service)!
    .tasks.filter(({ state }) => state === "running")
    .map(({ host }) => host)
    .sort();

/** Where those are that run once on each host for them: a host that is lost leaves the other. */
const spread = async () => {
  const found = await trio.status();
  return ["signaling", "parse", "web"].map((service) => [service, ...hostsOf(found, service)].join(" "));
};
const onBoth = ["signaling three two", "parse three two", "web three two"];

test("roles place services; signaling, Parse and pages run on both hosts for them", async () => {
  expect(await trio.problem()).toBeNull();
  const found = await trio.status();
  const places = ["traefik", "coturn", "media-two", "media-three", "postgres"];
  expect(Object.fromEntries(places.map((service) => [service, hostsOf(found, service)]))).toEqual({
    traefik: ["one"],
    coturn: ["one"],
    "media-two": ["two"],
    "media-three": ["three"],
    postgres: ["three"],
  });
  expect(await spread()).toEqual(onBoth);
});

test("every image on every host is of the site's registry, by its digest; no host would take one without TLS", async () => {
  const registry = registryOf(loadSite(siteFile)).replaceAll(".", "\\.");
  for (const host of threeHosts) {
    const names = await site.on(host).inside("sh", "-c", "docker inspect --format '{{.Name}} {{.Config.Image}}' $(docker ps -q)");
    const found = names.trim().split("\n").sort();
    // The registry itself comes over SSH, before there is one.
    const others = found.filter((line) => !line.startsWith("/barecast-registry sha256:"));
    expect({ host, registries: found.length - others.length }).toEqual({ host, registries: host === "one" ? 1 : 0 });
    expect(others).toEqual(others.map(() => expect.stringMatching(new RegExp(`^/e2e-trio-\\S+ ${registry}/[a-z]+@sha256:[0-9a-f]{64}$`))));
    expect(others.length).toBeGreaterThan(2);
    const settings = await site.on(host).inside("docker", "info", "--format", "{{json .RegistryConfig}}");
    const { InsecureRegistryCIDRs: insecure, IndexConfigs: known } = JSON.parse(settings) as {
      InsecureRegistryCIDRs: string[];
      IndexConfigs: Record<string, { Secure: boolean }>;
    };
    expect({ host, insecure, known: Object.values(known).map(({ Secure }) => Secure) }).toEqual({
      host,
      insecure: ["127.0.0.0/8"],
      known: [true],
    });
  }
});

test("signaling reaches the media servers of both hosts: its own, and the other's", async () => {
  await until("Both media servers are up for both", () => trio.unreachedMedia(), { withinMs: 15_000 });
});

describe("open ports", () => openPortsAreThePlans(() => trio));

const title = "On the move";

describe("who publishes and who watches", () => {
  let scene: Scene;
  let reporter: Page;
  let wall: Page;
  beforeAll(async () => {
    scene = Scene.around(site);
    reporter = await openReporter(await scene.phone(), site);
    await goLive(reporter, title);
    wall = await openConsole(await scene.desk(), site);
    await awaitPicture(wall, title);
  });
  afterAll(() => scene?.close());

  test("a signaling server that is killed: its clients come to the other by themselves, and the picture goes on", async () => {
    const before = await Promise.all(trio.workers.map((host) => trio.clients(host)));
    expect(before[0]! + before[1]!).toBe(2);
    const [killed, other] = before[0]! > 0 ? trio.workers : (["three", "two"] as const);
    await site.on(killed).killService("signaling");
    // The killed one is there again after some seconds, and who is late may come to it.
    const come = async () => {
      const [again, elsewhere] = await Promise.all([trio.clients(killed), trio.clients(other)]);
      return again + elsewhere === 2 && elsewhere > 0 ? null : `It has ${again}, the other ${elsewhere}`;
    };
    await until("Both clients are there again, at least one of them elsewhere", come, { withinMs: 60_000, everyMs: 200 });
    await awaitPicture(wall, title);
    expect(await liveProblem(wall, picture(title))).toBeNull();
    await trio.awaitRecovery("The one that was killed is back", 120_000);
  });

  /** Beside an error: the words of the phone, and what signaling told. */
  async function whatElseIsSaid(error: unknown): Promise<never> {
    const said = (await reporter.locator("body").innerText()).replace(/\s+/g, " ");
    const log = await barecast.verb(["logs", "signaling", "--lines", "40"], 60_000);
    throw new Error(`${(error as Error).message}\nThe phone says "${said}"\n${log}`, { cause: error });
  }

  test("a worker that is killed: within 3 s they have the picture again, and within 6 s all is answered by the other", async () => {
    // What a killed signaling server left on a media server is released after two looks; until then it counts there, and the phone went to the other.
    await until("One pipeline is left", async () => ((left) => (left === 1 ? null : `found ${left}`))(await trio.allPipelines()), {
      withinMs: 120_000,
      everyMs: 1000,
    });
    if ((await trio.pipelines("three")) > 0) await site.on("three").killService("media-three");
    await trio.awaitPipelines({ two: 1, three: 0 });
    await until("Both media servers are up for both", () => trio.unreachedMedia(), { withinMs: 60_000, everyMs: 1000 });
    await trio.awaitRecovery("All is well", 60_000);
    await awaitPicture(wall, title);
    const first = (await wall.getAttribute(picture(title), "data-stream-id"))!;
    // Without what this computer's host takes from it meanwhile.
    const clock = ownTime();
    const again = anotherPicture(wall, { selector: picture(title), than: first, withinMs: 120_000 }).then(() => clock());
    const [beganMs, began] = [clock(), Date.now()];
    await trio.cutPower("two");
    const cutMs = clock();
    // A late answer of a busy computer is one, too.
    const ask = () => unanswered(trio.endpoint, cookie, 5000);
    const answered = steadySince("All is answered without it, every time", ask, { times: 20, withinMs: 90_000 }, clock);
    const [pictureMs, answeredMs] = (await Promise.all([again, answered]).catch(whatElseIsSaid)).map((ms) => Math.round(ms - beganMs)) as [
      number,
      number,
    ];
    console.info(
      `After a worker was killed (which took ${Math.round(cutMs - beganMs)} ms), the picture was there again after ${pictureMs} ms, and all was answered ` +
        `after ${answeredMs} ms; in ${Date.now() - began} ms this computer had ${Math.round(clock() - beganMs)} ms for itself`,
    );
    expect(await liveProblem(wall, picture(title))).toBeNull();
    await trio.awaitPipelines({ three: 1 });
    expect({ pictureMs, isInTime: pictureMs <= 3000 }).toEqual({ pictureMs, isInTime: true });
    expect({ answeredMs, isInTime: answeredMs <= 6000 }).toEqual({ answeredMs, isInTime: true });
    await trio.signIn();
  });
});

test("without the worker, status and logs tell of the rest", async () => {
  const screen = (await barecast.verb(["status"], 60_000)).trimEnd().split("\n");
  const rows = screen.map((line) => line.replace(/ +/g, " "));
  expect(rows).toEqual(expect.arrayContaining(["two stopped"]));
  const running = ["traefik one", "coturn one", "media-three three", "postgres three", "signaling three", "parse three", "web three"];
  expect(rows).toEqual(expect.arrayContaining(running.map((row) => expect.stringMatching(`^${row} running 20`))));
  expect(screen.at(-1)).toMatch(/^3 hosts, 12 services: \d+ not as they should be\. /);
  const log = await barecast.verb(["logs", "signaling", "--lines", "500"], 60_000);
  expect(log).toMatch(/"message":"Media server is gone","media":"two"/);
});

test("the worker that is back again is made use of", async () => {
  await trio.start("two");
  expect(await spread()).toEqual(onBoth);
});

describe("a camera of the site", () => {
  let scene: Scene;
  let wall: Page;
  beforeAll(() => {
    scene = Scene.around(site);
  });
  afterAll(() => scene?.close());

  /** When the signaling server of a host last said that the camera is live, milliseconds of the computer's clock. */
  async function liveSince(host: string): Promise<number> {
    const container = await site.on(host).containerOf("signaling");
    const lines = (await site.on(host).inside("docker", "logs", container)).split("\n").filter((line) => line.includes('"Camera is live"'));
    return lines.length === 0 ? 0 : Date.parse((JSON.parse(lines.at(-1)!) as { time: string }).time);
  }

  test("comes by an update of signaling: all is answered all the while, and each worker has one again", async () => {
    const { url } = await scene.camera();
    const change = scene.change({ cameras: { gate: { title: "Gate", url } } });
    expect(await wrongDuring(change, () => unanswered(trio.endpoint, cookie, 60_000))).toEqual([]);
    await trio.awaitRecovery("All is well", 60_000);
    expect(await spread()).toEqual(onBoth);
  });

  test("that a killed worker played is seen again by the other", async () => {
    wall = await openConsole(await scene.desk(), site);
    // One of the signaling servers plays it, on either media server: without the second it goes to the first.
    await site.on("three").killService("media-three");
    await trio.awaitPipelines({ two: 1, three: 0 });
    await until("Both media servers are up for both", () => trio.unreachedMedia(), { withinMs: 60_000, everyMs: 1000 });
    await trio.awaitRecovery("The media server is back", 60_000);
    await awaitPicture(wall, "Gate");
    expect(await liveProblem(wall, picture("Gate"))).toBeNull();

    const killedMs = Date.now();
    await trio.cutPower("two");
    let liveMs = 0;
    const isLive = async () => ((liveMs = await liveSince("three")) > killedMs ? null : "Its log does not say so");
    await until("The camera is live again by the other", isLive, { withinMs: 60_000 });
    console.info(
      `After the worker that played it was killed, the camera was live again after ${((liveMs - killedMs) / 1000).toFixed(1)} s`,
    );
    await until("The wall shows it again", () => liveProblem(wall, picture("Gate")), { withinMs: 60_000 });
    await trio.awaitPipelines({ three: 1 });
    await trio.start("two");
  });
});

test("one of the hosts shows another key: nothing is done on any, in a clear word", async () => {
  const keyFile = "/etc/ssh/ssh_host_ed25519_key";
  const onTwo = (...lines: readonly string[]) => site.on("two").inside("sh", "-euc", lines.join("\n"));
  const before = await site.services();
  await onTwo("ssh-keygen -q -t ed25519 -N '' -f /root/other", `cp -p ${keyFile} /root/own`);
  try {
    // The public half, which the site is told, stays as it was.
    await onTwo(`cp -p /root/other ${keyFile}`, "systemctl restart ssh");
    const changed = writeSiteFile(merged(trioFile, { console: { title: "Another title" } }));
    const work = barecast.up(changed).finally(() => rmSync(path.dirname(changed), { recursive: true }));
    await expect(work).rejects.toThrow(
      /hosts\.two\.ssh\.hostKey: Expected the host to show this key, found another \(SHA256:[\w+/]+\)\. Nothing was sent there/,
    );
    expect(await site.services()).toEqual(before);
  } finally {
    await onTwo(`cp -p /root/own ${keyFile}`, "systemctl restart ssh", "rm /root/own /root/other /root/other.pub");
  }
  await barecast.up();
  expect(await site.services()).toEqual(before);
});

test("all machines restarted at once: everything is back without a hand", async () => {
  // Docker gives the edge's port on loopback back meanwhile: no other story's machine may begin, and take it.
  await withLock(engineLock("images"), { purpose: "the restart of three machines" }, () =>
    run(["docker", "restart", "-t", "20", ...threeHosts.map((host) => site.on(host).container)], { withinMs: 180_000 }),
  );
  await trio.awaitRecovery("All is well again", 300_000);
  await barecast.verb(["verify"], 180_000);
});

const nodes = async () => {
  const found = await site.inside("docker", "node", "ls", "--format", "{{.Hostname}} {{.Status}}");
  return found.trim().split("\n").sort();
};

test("a host that was installed anew is noticed and made whole", async () => {
  const planned = loadSite(siteFile);
  const two = planned.hosts.find(({ name }) => name === "two")!;
  await run(["docker", "rm", "--force", site.on("two").container]);
  await run(["docker", "volume", "rm", ...machineVolumes(planned, two).map(({ name }) => name)]);
  await barecast.up();
  await trio.awaitRecovery("All is well again", 120_000);
  expect(await nodes()).toEqual(["one Ready", "three Ready", "two Ready"]);
});

test("a host that is taken out of the site file leaves", async () => {
  const smaller = writeSiteFile(merged(trioFile, { hosts: { two: undefined, three: { address: "172.30.245.12" } } }));
  await barecast.up(smaller).finally(() => rmSync(path.dirname(smaller), { recursive: true }));
  expect(await nodes()).toEqual(["one Ready", "three Ready"]);
  const state = await run(["docker", "inspect", "--format", "{{.State.Running}}", site.on("two").container]);
  expect(state.trim()).toBe("false");
  expect(await unanswered(trio.endpoint, cookie)).toBeNull();
});
