import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { request, type Endpoint } from "@barecast/cli";
import { loadSite } from "@barecast/site";
import type { Page } from "playwright-core";
import { Barecast, type UpResult } from "../../src/barecast";
import { run } from "../../src/command";
import { awaitPicture, goLive, openConsole, openReporter, picture } from "../../src/pages";
import { projectFolder } from "../../src/project";
import { Scene } from "../../src/scene";
import { siteUnderTest } from "../../src/site";
import { merged, readSiteFile, writeSiteFile } from "../../src/siteFile";
import { until } from "../../src/until";
import { anotherPicture, liveProblem } from "../../src/watch";

// Three machines: what of them is lost is answered elsewhere, and what comes back is made whole. Nothing is made for this one.
// Longer than usual: the site is brought up once, and its tests are what happens to it, one thing after the other.
jest.setTimeout(60 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-trio-"));
const trio = merged(readSiteFile(path.join(projectFolder, "sites", "trio.yaml")), {
  site: "e2e-trio",
  domain: "e2e-trio.localhost",
  network: { machines: "172.30.245.0/24" },
});
const siteFile = writeSiteFile(trio, folder);
const barecast = new Barecast(siteFile, {
  BARECAST_STATE: path.join(folder, "state"),
  BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey"),
});
const machine = (host: string) => `barecast-e2e-trio-${host}`;

let up: UpResult;
let endpoint: Endpoint;
beforeAll(async () => {
  up = await barecast.up();
  const [domain, ca] = [String(trio["domain"]), readFileSync(up.caFile, "utf8")];
  endpoint = { domain, address: up.machineAddress, port: 443, ca };
});
afterAll(async () => {
  await barecast.down();
  rmSync(folder, { recursive: true, force: true });
});

interface HostsAndServices {
  readonly hosts: readonly { readonly name: string; readonly state: string }[];
  readonly services: readonly {
    readonly name: string;
    readonly problem: string | null;
    readonly tasks: readonly { readonly host: string; readonly state: string }[];
  }[];
}
const status = async () => JSON.parse(await barecast.verb(["status", "--json"], 60_000)) as HostsAndServices;
const hostsOf = ({ services }: HostsAndServices, service: string) =>
  services
    .find(({ name }) => name === service)!
    .tasks.filter(({ state }) => state === "running")
    .map(({ host }) => host)
    .sort();

/** All that people ask for first, each on a connection of its own: the pages, who is signed in, and signing in, which asks Parse and its database. */
async function unanswered(): Promise<string | null> {
  const { username, password } = up.operator;
  const asked = [
    ["GET", "/", 200],
    ["GET", "/session", 401],
    ["POST", "/session", 200, { username, password }],
  ] as const;
  const wrong = asked.map(async ([method, page, wanted, body]) => {
    const found = await request(endpoint, method, page, { body }).then(
      ({ status, text }) => (status === wanted ? String(status) : `${status} ${text.slice(0, 200)}`),
      ({ message }: Error) => message,
    );
    return found === String(wanted) ? [] : [`${method} ${page}: Expected ${wanted}, found ${found}`];
  });
  return (await Promise.all(wrong)).flat().join("\n") || null;
}

const allIsWell = async () => {
  const { hosts, services } = await status();
  const wrong = [
    ...hosts.filter(({ state }) => state !== "ready").map(({ name, state }) => `${name}: ${state}`),
    ...services.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
  ];
  return wrong.join("\n") || null;
};

test("roles place services; signaling, Parse and pages run on both hosts for them", async () => {
  expect(await allIsWell()).toBeNull();
  const found = await status();
  const places = ["traefik", "coturn", "media-two", "media-three", "postgres", "signaling", "parse", "web"];
  expect(Object.fromEntries(places.map((service) => [service, hostsOf(found, service)]))).toEqual({
    traefik: ["one"],
    coturn: ["one"],
    "media-two": ["two"],
    "media-three": ["three"],
    postgres: ["three"],
    signaling: ["three", "two"],
    parse: ["three", "two"],
    web: ["three", "two"],
  });
});

/** Asks a service's task on a host, from within its own container. */
async function asked(host: string, service: string, url: string): Promise<string> {
  const container = await taskOn(host, service);
  const ask = `fetch("${url}").then((answer) => answer.text()).then(console.log)`;
  return run(["docker", "exec", machine(host), "docker", "exec", container, "/usr/local/bin/node", "-e", ask]);
}
async function taskOn(host: string, service: string): Promise<string> {
  const label = `label=com.docker.swarm.service.name=e2e-trio-${service}`;
  return (await run(["docker", "exec", machine(host), "docker", "ps", "-q", "--filter", label])).trim();
}

/** How many pipelines the media server of a host has. */
async function pipelinesOn(host: string): Promise<number> {
  const { hosts, ports } = loadSite(siteFile);
  const { address } = hosts.find(({ name }) => name === host)!;
  const health = await asked(host, `media-${host}`, `http://${address}:${ports.mediaControl}/health`);
  return (JSON.parse(health) as { objects: Record<string, number> }).objects["MediaPipeline"] ?? 0;
}
const onePipeline = async (on: string, notOn: string) => {
  const found = [await pipelinesOn(on), await pipelinesOn(notOn)];
  return found[0] === 1 && found[1] === 0 ? null : `Expected one on ${on} alone, found ${found.join(" and ")}`;
};

/** How many clients the signaling server of a host has. */
const clientsOf = async (host: string): Promise<number> =>
  Number(/^barecast_websockets (\d+)$/m.exec(await asked(host, "signaling", "http://127.0.0.1:8080/metrics"))?.[1]);

const title = "On the move";

describe("who publishes and who watches", () => {
  let scene: Scene;
  let wall: Page;
  beforeAll(async () => {
    scene = Scene.around(siteUnderTest(barecast, up));
    const reporter = await openReporter(await scene.phone(), scene.site);
    await goLive(reporter, title);
    wall = await openConsole(await scene.desk(), scene.site);
    await awaitPicture(wall, title);
  });
  afterAll(() => scene?.close());

  test("a signaling server that is killed: its clients come to the other by themselves, and the picture goes on", async () => {
    const hosts = ["two", "three"] as const;
    const before = await Promise.all(hosts.map(clientsOf));
    expect(before[0]! + before[1]!).toBe(2);
    const [killed, other] = before[0]! > 0 ? hosts : ([...hosts].reverse() as ["two" | "three", "two" | "three"]);
    await run(["docker", "exec", machine(killed), "docker", "kill", await taskOn(killed, "signaling")]);
    const come = async () => {
      const clients = await clientsOf(other);
      return clients === 2 ? null : `It has ${clients}`;
    };
    await until("The other has both clients", come, { withinMs: 30_000, everyMs: 200 });
    await awaitPicture(wall, title);
    expect(await liveProblem(wall, picture(title))).toBeNull();
    await until("The one that was killed is back", allIsWell, { withinMs: 120_000, everyMs: 2000 });
  });

  test("a worker that is killed: they have the picture again, and all is answered by the other", async () => {
    // What a killed signaling server left on a media server is released after two looks.
    await until("There is one pipeline", () => onePipeline("two", "three"), { withinMs: 120_000, everyMs: 1000 });
    const first = (await wall.getAttribute(picture(title), "data-stream-id"))!;
    const again = anotherPicture(wall, picture(title), first);

    await run(["docker", "kill", machine("two")]);
    const killedMs = Date.now();
    const since = (ms: number) => `${((ms - killedMs) / 1000).toFixed(1)} s`;
    const answered = until("All is answered", unanswered, { withinMs: 90_000, everyMs: 400 }).then(() => Date.now());
    const [againMs, answeredMs] = await Promise.all([again, answered]);
    console.info(
      `After the worker had been killed, the picture was there again after ${since(againMs)}, all was answered after ${since(answeredMs)}`,
    );
    expect(await liveProblem(wall, picture(title))).toBeNull();
    expect(await pipelinesOn("three")).toBe(1);
  });
});

test("without the worker all is answered, every time; back again, it is made use of", async () => {
  // Twenty times in a row: nothing is sent its way any more.
  let times = 0;
  const stays = async () => {
    const wrong = await unanswered();
    times = wrong === null ? times + 1 : 0;
    return times >= 20 ? null : (wrong ?? `Answered ${times} times`);
  };
  await until("All is answered without it", stays, { withinMs: 90_000, everyMs: 100 });
  await run(["docker", "start", machine("two")]);
  await until("The worker is back", allIsWell, { withinMs: 180_000, everyMs: 5000 });
});

test("one of the hosts shows another key: nothing is done on any, in a clear word", async () => {
  const keyFile = "/etc/ssh/ssh_host_ed25519_key";
  const onTwo = (...lines: readonly string[]) => run(["docker", "exec", machine("two"), "sh", "-euc", lines.join("\n")]);
  const site = siteUnderTest(barecast, up);
  const before = await site.services();
  // The public half, which the site is told, stays as it was.
  await onTwo(
    `mv ${keyFile} ${keyFile}.own`,
    `ssh-keygen -q -t ed25519 -N '' -f /root/other`,
    `mv /root/other ${keyFile}`,
    "systemctl restart ssh",
  );
  try {
    const changed = writeSiteFile(merged(trio, { console: { title: "Another title" } }));
    const work = barecast.up(changed).finally(() => rmSync(path.dirname(changed), { recursive: true }));
    await expect(work).rejects.toThrow(
      /hosts\.two\.ssh\.hostKey: Expected the host to show this key, found another \(SHA256:[\w+/]+\)\. Nothing was sent there/,
    );
    expect(await site.services()).toEqual(before);
  } finally {
    await onTwo(`mv ${keyFile}.own ${keyFile}`, "systemctl restart ssh");
  }
  await barecast.up();
  expect(await site.services()).toEqual(before);
});

test("all machines restarted at once: everything is back without a hand", async () => {
  await run(["docker", "restart", "--time", "20", ...["one", "two", "three"].map(machine)], { withinMs: 180_000 });
  await until("All is well again", allIsWell, { withinMs: 300_000, everyMs: 5000 });
  await barecast.verb(["verify"], 180_000);
});

test("a host that was installed anew is noticed and made whole", async () => {
  await run(["docker", "rm", "--force", "--volumes", machine("two")]);
  await barecast.up();
  await until("All is well again", allIsWell, { withinMs: 120_000, everyMs: 5000 });
  const nodes = await run(["docker", "exec", machine("one"), "docker", "node", "ls", "--format", "{{.Hostname}} {{.Status}}"]);
  expect(nodes.trim().split("\n").sort()).toEqual(["one Ready", "three Ready", "two Ready"]);
});

test("a host that is taken out of the site file leaves", async () => {
  const smaller = writeSiteFile(merged(trio, { hosts: { two: undefined, three: { address: "172.30.245.12" } } }));
  await barecast.up(smaller).finally(() => rmSync(path.dirname(smaller), { recursive: true }));
  const nodes = await run(["docker", "exec", machine("one"), "docker", "node", "ls", "--format", "{{.Hostname}} {{.Status}}"]);
  expect(nodes.trim().split("\n").sort()).toEqual(["one Ready", "three Ready"]);
  const state = await run(["docker", "inspect", "--format", "{{.State.Running}}", machine("two")]);
  expect(state.trim()).toBe("false");
  expect(await unanswered()).toBeNull();
});
