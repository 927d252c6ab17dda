import type { MachineStatus } from "@barecast/machines";
import { parseSite, type HostRole } from "@barecast/site";
import { hostsThatRun, restingProblem } from "./running";

const site = parseSite(
  `
site: demo
domain: demo.localhost
hosts:
  one: { machine: {}, roles: [manager, edge, turn] }
  two: { machine: {}, roles: [manager, apps, media] }
  three: { machine: {}, roles: [apps, store] }
  far: { address: 192.0.2.7, ssh: { hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIHKxpOv4OaBCVKUEKOVxHYS4vb9PlH8l83OMd8BIsFW }, roles: [media] }
`,
  "demo.yaml",
);
type States = Readonly<Record<string, MachineStatus["state"]>>;
const machines = (states: States) =>
  site.hosts.flatMap(({ name, address, machine }) => (machine ? [{ name, address, state: states[name] ?? "running" }] : []));

test.each<{ title: string; role: HostRole; states: States; found: string[] }>([
  { title: "all run: both managers", role: "manager", states: {}, found: ["one", "two"] },
  { title: "one manager rests: the other", role: "manager", states: { one: "stopped" }, found: ["two"] },
  { title: "a host without the role rests: no matter", role: "edge", states: { two: "stopped", three: "missing" }, found: ["one"] },
  { title: "the only host with the role rests: none", role: "edge", states: { one: "missing" }, found: [] },
  { title: "a server is asked: nobody here knows whether it runs", role: "media", states: { two: "stopped" }, found: ["far"] },
])("$title", ({ role, states, found }) => {
  expect(hostsThatRun(site, machines(states), role).map(({ name }) => name)).toEqual(found);
});

test("why none can be asked names those with the role, and how they were found", () => {
  expect(restingProblem(site, machines({ one: "missing", three: "stopped" }), "edge")).toBe(
    "hosts.one: Expected its machine to run, found it missing. Run: ./barecast up",
  );
  expect(restingProblem(site, machines({ one: "missing", two: "stopped", three: "stopped" }), "manager")).toBe(
    "hosts: Expected a machine with the role manager to run, found one missing, two stopped. Run: ./barecast up",
  );
});
