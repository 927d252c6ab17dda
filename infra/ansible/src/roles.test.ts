import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSite } from "@barecast/site";
import { hostsOf } from "@barecast/stack";
import { parse } from "yaml";

import { folderOf } from "./folders";
import { hostVariables, secretVariables } from "./variables";

const roles = readdirSync(folderOf("roles")).sort();
const read = (role: string, file: string) => parse(readFileSync(path.join(folderOf("roles"), role, file), "utf8")) as unknown;
const optionsOf = (role: string) =>
  (
    read(role, "meta/argument_specs.yml") as {
      argument_specs: { main: { options: Record<string, { required?: boolean; description?: string }> } };
    }
  ).argument_specs.main.options;
const defaultsOf = (role: string) => Object.keys((read(role, "defaults/main.yml") ?? {}) as object);

const site = parseSite("site: replica\ndomain: replica.localhost\nhosts:\n  one: { machine: {} }\n", "sites/replica.yaml");
const given = Object.keys({
  ...hostVariables(site, hostsOf(site), hostsOf(site)[0]!, { id: "", archive: "" }),
  ...secretVariables({ caCert: "", registryCert: "", registryKey: "" }),
});

test("roles have one shape: what differs is only whether they bring files or templates", () => {
  const optional = ["files", "templates", "vars"];
  expect(
    roles.map((role) => [
      role,
      readdirSync(path.join(folderOf("roles"), role))
        .filter((entry) => !optional.includes(entry))
        .sort(),
    ]),
  ).toEqual(
    ["base", "docker", "firewall", "registry", "storage", "swarm"].map((role) => [role, ["defaults", "handlers", "meta", "tasks"]]),
  );
  expect(roles.map((role) => readdirSync(path.join(folderOf("roles"), role, "tasks")).sort())).toEqual(
    roles.map(() => ["main.yml", "preflight.yml"]),
  );
});

describe.each(roles)("%s", (role) => {
  const options = optionsOf(role);
  const mine = given.filter((name) => name.startsWith(`${role}_`));

  test("its specification names every variable it is given or defaults, with a description, and no other", () => {
    expect(Object.keys(options).sort()).toEqual([...new Set([...mine, ...defaultsOf(role)])].sort());
    expect(Object.entries(options).filter(([, { description }]) => !description)).toEqual([]);
  });

  test("what is required is given, and what is not has a default", () => {
    const required = Object.keys(options).filter((name) => options[name]!.required);
    expect(required.filter((name) => !mine.includes(name))).toEqual([]);
    expect(Object.keys(options).filter((name) => !required.includes(name) && !defaultsOf(role).includes(name))).toEqual([]);
  });

  test("every task and handler has a name, and calls what is built in or our own", () => {
    const own = [folderOf("library"), path.join(folderOf("plugins"), "action")].flatMap((folder) =>
      readdirSync(folder).map((file) => file.replace(/\.py$/, "")),
    );
    const tasks = ["tasks/main.yml", "tasks/preflight.yml", "handlers/main.yml"].flatMap(
      (file) => read(role, file) as Record<string, unknown>[],
    );
    expect(tasks.filter(({ name }) => typeof name !== "string" || !/^[A-Z]/.test(name))).toEqual([]);
    const modules = tasks.flatMap((task) => Object.keys(task).filter((key) => key.includes(".") || own.includes(key)));
    expect(modules).toHaveLength(tasks.length);
    expect(modules.filter((module) => !module.startsWith("ansible.builtin.") && !own.includes(module))).toEqual([]);
  });
});

interface Option {
  required?: boolean;
  options?: Record<string, Option>;
}
/** What differs from an option's specification, with its path: Ansible refuses it. Null counts as not given. */
function misfits(path: string, value: unknown, { options }: Option): string[] {
  if (!options || value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => misfits(`${path}[${index}]`, item, { options }));
  const given = value as Record<string, unknown>;
  return [
    ...Object.keys(options).flatMap((key) => (options[key]!.required && !(key in given) ? [`${path}.${key} is missing`] : [])),
    ...Object.entries(given).flatMap(([key, part]) =>
      options[key] ? misfits(`${path}.${key}`, part, options[key]) : [`${path}.${key} is unknown`],
    ),
  ];
}

test("hosts with every role and with few are given what the specifications ask", () => {
  const all = Object.fromEntries(roles.flatMap((role) => Object.entries(optionsOf(role) as Record<string, Option>)));
  const trio = parseSite(readFileSync(path.join(__dirname, "../../../sites/trio.yaml"), "utf8"), "sites/trio.yaml");
  const found = [site, trio].flatMap((each) =>
    hostsOf(each).flatMap((host) =>
      Object.entries(hostVariables(each, hostsOf(each), host, { id: "", archive: "" })).flatMap(([name, value]) =>
        misfits(`${host.name}: ${name}`, value, all[name]!),
      ),
    ),
  );
  expect(found).toEqual([]);
  expect(misfits("x", {}, all.firewall_relay_output!)).toContain("x.uid is missing");
});

test("every variable belongs to a role", () => {
  expect(given.filter((name) => !roles.some((role) => name.startsWith(`${role}_`)))).toEqual([]);
});
