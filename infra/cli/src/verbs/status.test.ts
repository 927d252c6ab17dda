import path from "node:path";
import type { MachineStatus } from "@barecast/machines";
import { loadSite } from "@barecast/site";
import { projectFolder } from "../context";
import { node, service, task } from "../testing/exampleSwarm";
import { statusOf, statusText } from "./status";
import { servicesOf, type Swarm } from "./swarm";

const nowMs = Date.parse("2026-11-23T15:00:00Z");

test("one screen", () => {
  const swarm = {
    nodes: [node("n1", "one")],
    services: [service("web", 2), service("parse", 1)],
    tasks: [task("web", "running"), task("parse", "running", { digit: "b" })],
  };
  const services = servicesOf(swarm, "demo", { nowMs });
  expect(statusText({ hosts: [{ name: "one", state: "ready", since: "2026-11-23T14:00:00Z" }], services })).toBe(
    `HOST  STATE  SINCE
one   ready  2026-11-23T14:00:00Z

SERVICE  HOST  STATE    SINCE                 VERSION
parse    one   running  2026-11-23T14:02:11Z  image bbbbbbbbbb
web      one   running  2026-11-23T14:02:11Z  1.26.3

web: 1 of 2 running. Look: ./barecast logs web
1 host, 2 services: 1 not as it should be. Put right what was changed by hand: ./barecast up`,
  );
});

describe("a site of three hosts", () => {
  const site = { ...loadSite(path.join(projectFolder, "sites", "trio.yaml")), name: "demo" };
  const machines = (states: Readonly<Record<string, MachineStatus["state"]>>): MachineStatus[] =>
    site.hosts.map(({ name, address }) => ({
      ...{ name, address, state: states[name] ?? "running" },
      ...(states[name] === "missing" ? {} : { startedAt: "2026-11-23T14:00:00.5Z" }),
    }));
  /** What runs where while all three do: by service, the nodes. */
  const placed: Readonly<Record<string, readonly string[]>> = {
    ...{ coturn: ["n1"], traefik: ["n1"], socketproxy: ["n1"] },
    ...{
      "media-two": ["n2"],
      "recordings-two": ["n2"],
      "media-three": ["n3"],
      "recordings-three": ["n3"],
      postgres: ["n3"],
      redis: ["n3"],
    },
    ...{ parse: ["n2", "n3"], signaling: ["n2", "n3"], web: ["n2", "n3"] },
  };
  const services = Object.entries(placed).map(([name, on]) => service(name, on.length));
  const tasksOn = (isThere: (NodeID: string) => boolean) =>
    Object.entries(placed).flatMap(([name, on]) => on.filter(isThere).map((NodeID) => task(name, "running", { NodeID })));
  const nodes = (three: string) => [node("n1", "one"), node("n2", "two"), node("n3", "three", three)];
  const screen = (states: Parameters<typeof machines>[0], swarm: Swarm | null) =>
    statusText(statusOf(site, machines(states), swarm, nowMs));

  test("all of it runs", () => {
    const text = screen({}, { nodes: nodes("ready"), services, tasks: tasksOn(() => true) });
    expect(text.split("\n").at(-1)).toBe("3 hosts, 12 services: all is well");
  });

  test("one that was stopped, once the swarm has noticed: what is left serves, what it alone had finds no host", () => {
    const Err = "no suitable node (1 node not available for new tasks; scheduling constraints not satisfied on 2 nodes)";
    const at = "2026-11-23T14:50:00Z";
    const tasks = [
      ...tasksOn((NodeID) => NodeID !== "n3"),
      ...tasksOn((NodeID) => NodeID === "n3").flatMap((old) => [
        { ...old, DesiredState: "shutdown" },
        task(old.ServiceID, "pending", { NodeID: "", at, Err }),
      ]),
    ];
    expect(screen({ three: "stopped" }, { nodes: nodes("down"), services, tasks })).toBe(
      `HOST   STATE    SINCE
one    ready    2026-11-23T14:00:00Z
two    ready    2026-11-23T14:00:00Z
three  stopped

SERVICE           HOST  STATE    SINCE                 VERSION
coturn            one   running  2026-11-23T14:02:11Z  1.26.3
media-three       -     pending  2026-11-23T14:50:00Z  1.26.3
media-two         two   running  2026-11-23T14:02:11Z  1.26.3
parse             -     pending  2026-11-23T14:50:00Z  1.26.3
parse             two   running  2026-11-23T14:02:11Z  1.26.3
postgres          -     pending  2026-11-23T14:50:00Z  1.26.3
recordings-three  -     pending  2026-11-23T14:50:00Z  1.26.3
recordings-two    two   running  2026-11-23T14:02:11Z  1.26.3
redis             -     pending  2026-11-23T14:50:00Z  1.26.3
signaling         -     pending  2026-11-23T14:50:00Z  1.26.3
signaling         two   running  2026-11-23T14:02:11Z  1.26.3
socketproxy       one   running  2026-11-23T14:02:11Z  1.26.3
traefik           one   running  2026-11-23T14:02:11Z  1.26.3
web               -     pending  2026-11-23T14:50:00Z  1.26.3
web               two   running  2026-11-23T14:02:11Z  1.26.3

media-three: 0 of 1 running; ${Err}. Look: ./barecast logs media-three
parse: 1 of 2 running; ${Err}. Look: ./barecast logs parse
postgres: 0 of 1 running; ${Err}. Look: ./barecast logs postgres
recordings-three: 0 of 1 running; ${Err}. Look: ./barecast logs recordings-three
redis: 0 of 1 running; ${Err}. Look: ./barecast logs redis
signaling: 1 of 2 running; ${Err}. Look: ./barecast logs signaling
web: 1 of 2 running; ${Err}. Look: ./barecast logs web
3 hosts, 12 services: 8 not as they should be. Start what is stopped, and put right what was changed by hand: ./barecast up`,
    );
  });

  test("one that was stopped a moment ago: the swarm says that all runs, and is not believed", () => {
    const { hosts, services: found } = statusOf(
      site,
      machines({ three: "stopped" }),
      { nodes: nodes("ready"), services, tasks: tasksOn(() => true) },
      nowMs,
    );
    expect(hosts[2]).toEqual({ name: "three", state: "stopped" });
    expect(found.filter(({ name }) => name === "web" || name === "redis")).toEqual([
      expect.objectContaining({
        ...{ name: "redis", running: 0, problem: "0 of 1 running" },
        tasks: [expect.objectContaining({ host: "three", state: "running (host stopped)" })],
      }),
      expect.objectContaining({
        ...{ name: "web", running: 1, problem: "1 of 2 running" },
        tasks: [
          expect.objectContaining({ host: "three", state: "running (host stopped)" }),
          expect.objectContaining({ host: "two", state: "running" }),
        ],
      }),
    ]);
  });

  test("without its only manager nobody can say what the others serve; without any, nothing runs", () => {
    expect(screen({ one: "stopped" }, null)).toBe(
      `HOST   STATE    SINCE
one    stopped
two    running  2026-11-23T14:00:00Z
three  running  2026-11-23T14:00:00Z

No manager runs, so nobody can say what the other hosts still serve. Start it: ./barecast up`,
    );
    expect(screen({ one: "stopped", two: "missing", three: "missing" }, null)).toBe(
      "HOST   STATE    SINCE\none    stopped\ntwo    missing\nthree  missing\n\nNothing runs: ./barecast up",
    );
  });
});
