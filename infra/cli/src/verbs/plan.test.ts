import { planText } from "./plan";

const docker = (kind: string, name: string, op: string, ...changed: string[]) => ({
  ...{ type: `docker:index/${kind}:${kind[0]!.toUpperCase()}${kind.slice(1)}`, name, op, changed },
});
const same = (...names: string[]) => names.map((name) => docker("network", name, "same"));

test("a line for each resource that changes, with what differs, and the sum", () => {
  const changes = [
    { type: "machine", name: "two", op: "start", changed: [] },
    docker("network", "edge", "same"),
    docker("secret", "turn-1f0c", "create"),
    docker("service", "web", "update", "Mode.Replicated.Replicas", "TaskTemplate.ContainerSpec.Env"),
    docker("service", "parse", "replace", "name"),
    { type: "pulumi-nodejs:dynamic:Resource", name: "hosts", op: "update", changed: ["digests"] },
    docker("serviceConfig", "traefik-77ab", "delete"),
    docker("network", "core", "same"),
  ];
  expect(planText(changes)).toBe(
    `> start    machine        two
+ create   Secret         turn-1f0c
~ update   Service        web  (Mode.Replicated.Replicas, TaskTemplate.ContainerSpec.Env)
± replace  Service        parse  (name)
~ update   Resource       hosts  (digests)
- delete   ServiceConfig  traefik-77ab
1 start, 1 create, 2 update, 1 replace, 1 delete`,
  );
});

test("nothing to do", () => {
  expect(planText(same("edge", "core", "sock"))).toBe("3 resources, nothing to change");
});
