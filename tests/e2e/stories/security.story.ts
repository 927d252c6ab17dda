import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { SiteSecrets } from "@barecast/site";
import { run } from "../src/command";
import { keysInHistory } from "../src/history";
import { projectFolder } from "../src/project";
import { sharedSite } from "../src/sharedSite";
import type { SiteUnderTest } from "../src/site";
import { tracesOf } from "../src/traces";
import { until } from "../src/until";

// What runs, looked at from below: rights of every process, and where secrets must not be found.
jest.setTimeout(30 * 60_000);

let site: SiteUnderTest;
let secrets: SiteSecrets;
beforeAll(async () => {
  site = await sharedSite();
  secrets = await site.barecast.secrets();
});

const shell = (command: string) => site.inside("sh", "-c", command);

interface Inspected {
  readonly Name: string;
  readonly Config: { readonly User: string; readonly Healthcheck?: { readonly Test: readonly string[] } };
  readonly HostConfig: {
    readonly Privileged: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly PidMode: string;
    readonly Devices: readonly unknown[] | null;
  };
}

test("no container has root, a writable root, a capability, memory or processor time without a limit; each says whether it is healthy", async () => {
  let containers: readonly Inspected[] = [];
  const surplus = async () => {
    containers = JSON.parse(await shell("docker inspect $(docker ps -q)")) as Inspected[];
    const wanted = 1 + Object.keys(await site.services()).length; // and the registry
    return containers.length === wanted ? null : `Expected ${wanted}, found ${containers.map(({ Name }) => Name).join(", ")}`;
  };
  // A task that another one has taken the place of may still be stopping.
  await until("A container for each service", surplus, { withinMs: 120_000, everyMs: 1000 });
  const rights = containers.map(({ Name, Config, HostConfig }) => ({
    name: Name.slice(1).replace(/\.1\.\w+$/, ""),
    isRoot: !/^[1-9]\d*:[1-9]\d*$/.test(Config.User),
    isWritable: !HostConfig.ReadonlyRootfs,
    isPrivileged: HostConfig.Privileged || HostConfig.PidMode === "host" || (HostConfig.Devices ?? []).length > 0,
    added: HostConfig.CapAdd ?? [],
    dropped: HostConfig.CapDrop,
    // How many processes it may have is limited for the registry alone: @pulumi/docker has no field for a service's.
    hasLimit: HostConfig.Memory > 0 && HostConfig.NanoCpus > 0,
    hasHealthcheck: (Config.Healthcheck?.Test ?? ["NONE"])[0] !== "NONE",
  }));
  const wanted = { isRoot: false, isWritable: false, isPrivileged: false, added: [], dropped: ["ALL"], hasLimit: true };
  expect(rights).toEqual(rights.map(({ name }) => ({ name, ...wanted, hasHealthcheck: true })));
});

test("the health of every service is watched from inside, by a process in five minutes", async () => {
  const checks = "docker service inspect --format '{{json .Spec.TaskTemplate.ContainerSpec.Healthcheck}}' $(docker service ls -q)";
  const found = (await shell(checks))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { Test: string[]; Interval: number });
  expect(found.map(({ Test, Interval }) => [...Test.slice(0, 3), Test[4], Interval])).toEqual(
    found.map(() => ["CMD", "/bin/sh", "-c", "health", 1_000_000_000]),
  );
  expect(found.length).toBeGreaterThanOrEqual(10);
});

test("each image says its version, where its sources are, and how it is asked for its health; none is root's", async () => {
  const [images, containers] = [await shell("docker image inspect $(docker images -q)"), await shell("docker ps -q | wc -l")];
  const found = JSON.parse(images) as { RepoDigests: string[]; Config: Inspected["Config"] & { Labels: Record<string, string> | null } }[];
  const wrong = found.filter(({ Config: { Labels, Healthcheck, User } }) => {
    const said = ["version", "source", "title", "licenses"].map((what) => Labels?.[`org.opencontainers.image.${what}`] ?? "");
    return said.includes("") || Healthcheck?.Test[0] !== "CMD" || !/^[1-9]\d*:[1-9]\d*$/.test(User);
  });
  expect(wrong).toEqual([]);
  expect(found.length).toBeGreaterThanOrEqual(Number(containers) - 1); // nginx serves pages and recordings
});

/** Rights of every process in a container, by its name and number. */
async function processes(): Promise<Map<string, string>> {
  const pids = "for c in $(docker ps -q); do docker top $c -o pid | tail -n +2; done";
  const status = await shell(
    `for p in $(${pids}); do grep -hE '^(Name|Pid|Uid|CapEff|CapPrm|CapBnd):' /proc/$p/status && echo; done; true`,
  );
  const found = status.split("\n\n").filter((text) => text.trim() !== "");
  return new Map(found.map((text) => [text.match(/^(Name|Pid):.*/gm)!.join(), text]));
}

test("every process in a container runs without root and without a capability", async () => {
  // What begins in a container, as each health check does, is for a moment Docker's own, with all rights: what is there twice is the container's.
  const [first, second] = [await processes(), await processes()];
  const lasting = [...second].flatMap(([process, text]) => (first.has(process) ? [text] : []));
  expect(lasting.length).toBeGreaterThan(Object.keys(await site.services()).length);
  const wrong = lasting.filter((text) => /^Uid:.*\t0\b/m.test(text) || /^Cap\w+:\t(?!0+$)/m.test(text));
  expect(wrong).toEqual([]);
});

test("of Docker, Traefik is shown what it routes by, and nothing else: no container, no secret, no change; only its version is kept", async () => {
  const pid = await shell(`docker inspect --format '{{.State.Pid}}' ${await site.containerOf("traefik")}`);
  const ofNetworks = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const address = await shell(`docker inspect --format '${ofNetworks}' ${await site.containerOf("socketproxy")}`);
  const wanted = [
    ...["version", "services", "tasks", "networks", "nodes"].map((what) => ["GET", `/v1.40/${what}`, 200] as const),
    ["GET", "/containers/json", 403],
    ["GET", "/v1.40/containers/json", 403],
    ["GET", "/secrets", 403],
    ["GET", "/v1.40/secrets", 403],
    ["GET", "/v1.40/configs", 403],
    ["GET", "/v1.40/services/../secrets", 403],
    ["GET", "/v1.40/tasks/x/logs", 403],
    ["POST", "/v1.40/containers/create", 403],
    ["POST", "/v1.40/services/create", 403],
    ["POST", "/v1.40/services", 403],
    ["DELETE", "/v1.40/nodes/x", 403],
  ] as const;
  const program = `
import http.client, json, sys
for method, path, _ in json.loads(sys.argv[2]):
    connection = http.client.HTTPConnection(sys.argv[1], 2375, timeout=10)
    connection.request(method, path)
    print(method, path, connection.getresponse().status)
for path in ["version", "services"]:
    connection = http.client.HTTPConnection(sys.argv[1], 2375, timeout=10)
    connection.request("GET", "/v1.40/" + path)
    print(path, "kept" if connection.getresponse().getheader("Age") else "asked for")
connection = http.client.HTTPConnection(sys.argv[1], 2375, timeout=10)
connection.request("GET", "/v1.40/services")
print(*sorted(service["Spec"]["Name"] for service in json.load(connection.getresponse())))
`;
  // From Traefik's network; the program is the machine's.
  const found = await site.inside("nsenter", "-t", pid.trim(), "-n", "python3", "-c", program, address.trim(), JSON.stringify(wanted));
  const services = ["e2e-parse", "e2e-recordings-one", "e2e-signaling", "e2e-web"];
  const kept = ["version kept", "services asked for"];
  expect(found.trim().split("\n")).toEqual([...wanted.map((row) => row.join(" ")), ...kept, services.join(" ")]);
});

/** Where to look, and what must be found there, so that it was looked at. */
const views: readonly (readonly [view: string, look: () => Promise<string> | string, marker: string])[] = [
  ["services and networks", () => shell(inspectAll("service", "network", "node", "secret")), "e2e-parse"],
  ["tasks, ended ones too", () => shell("docker inspect --type task $(docker service ps -q $(docker service ls -q))"), "DesiredState"],
  ["containers, ended ones too", () => shell("docker inspect $(docker ps -aq)"), "e2e-parse"],
  ["configs", async () => decoded(await shell("docker config inspect $(docker config ls -q)")), "e2e.localhost"],
  ["images and their history", () => shell(ofImages), "barecast.image"],
  ["the machine and its image", () => ofMachine(), "barecast-e2e-one"],
  [
    "environments and arguments of all processes",
    () => shell("cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"),
    "CONFIG=/etc/barecast/signaling.json",
  ],
  ["logs", () => shell("for c in $(docker ps -aq); do docker logs $c 2>&1; done; journalctl --no-pager"), "Media server is up"],
  ["state", () => filesOf(site.barecast.stateFolder), "urn:pulumi:e2e"],
];

const inspectAll = (...kinds: string[]) => kinds.map((kind) => `docker ${kind} inspect $(docker ${kind} ls -q)`).join("; ");
const ofImages = "for i in $(docker images -aq --no-trunc | sort -u); do docker image inspect $i; docker history --no-trunc $i; done";
const decoded = (text: string) =>
  (JSON.parse(text) as { Spec: { Data: string } }[]).map(({ Spec }) => Buffer.from(Spec.Data, "base64").toString()).join("\n");
async function ofMachine(): Promise<string> {
  const [image] = (await run(["docker", "inspect", "--format", "{{.Image}}", site.about.machine])).split("\n");
  return (await run(["docker", "inspect", site.about.machine, image!])) + (await run(["docker", "history", "--no-trunc", image!]));
}
/** All but what is meant to hold secrets: the encrypted file, and the key by which the operator reaches machines. Archives are of images. */
function filesOf(folder: string): string {
  const meant = [path.join(folder, "secrets.age"), path.join(folder, "ssh", "id_ed25519")];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tar"))
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter((file) => !meant.includes(file))
    .map((file) => readFileSync(file, "latin1"))
    .join("\n");
}

test.each(views)("no secret is found in %s", async (_view, look, marker) => {
  const text = Buffer.from(await look(), "latin1");
  expect(text.includes(marker)).toBe(true);
  expect(tracesOf(secrets, text)).toEqual([]);
});

// By the shape of keys: those of this site were made after all of it.
test("no private key is found in Git, in all that it ever held", async () => {
  expect(await keysInHistory(projectFolder)).toEqual([]);
});

test("a secret is found where it belongs: the search sees", async () => {
  const program = 'for (const f of fs.readdirSync("/run/secrets")) console.log(fs.readFileSync("/run/secrets/" + f, "latin1"))';
  const text = Buffer.from(await site.insideService("parse", "node", "-e", program), "latin1");
  expect(tracesOf(secrets, text)).toEqual(expect.arrayContaining(["parseMasterKey", "postgresPassword", "operatorPassword"]));
});
