import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { PLATFORM } from "./platform";
import { METHODS, PROTOCOL, type TypeName } from "./protocol";

const project = path.join(__dirname, "../../..");
const DOOR = "services/signaling/src/media/kurento.ts";

/** The interfaces of the door by name, each with its members' names and types. */
function interfacesOf(file: string): Record<string, Record<string, ts.TypeNode | undefined>> {
  const source = ts.createSourceFile(file, readFileSync(path.join(project, file), "utf8"), ts.ScriptTarget.Latest, true);
  return Object.fromEntries(
    source.statements
      .filter(ts.isInterfaceDeclaration)
      .map(({ name, members }) => [
        name.text,
        Object.fromEntries(
          members.map((member) => [member.name?.getText() ?? "", ts.isPropertySignature(member) ? member.type : undefined]),
        ),
      ]),
  );
}

const namesIn = (type: ts.TypeNode | undefined) =>
  type && ts.isTypeLiteralNode(type) ? type.members.map((member) => member.name!.getText()).sort() : [];
const sources = (folder: string) =>
  readdirSync(path.join(project, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name) && !name.endsWith(".d.ts"));

test("signaling's door to Kurento has what the table names, and nothing else", () => {
  const door = interfacesOf(DOOR);
  const types = Object.fromEntries(Object.entries(door["Types"]!).map(([name, type]) => [name, namesIn(type)]));
  expect({ methods: Object.keys(door["Methods"]!).sort(), events: Object.keys(door["Events"]!).sort(), types }).toEqual({
    methods: Object.keys(PLATFORM.methods),
    events: Object.keys(PLATFORM.events),
    types: PLATFORM.types,
  });
});

test("there is no other way to Kurento but the door", () => {
  const isCaller = (file: string) => /(from |require\()"kurento-client"/.test(readFileSync(path.join(project, file), "utf8"));
  const isTest = (file: string) => /\.i?test\.ts$|\/testing\//.test(file);
  expect(["services", "infra", "apps"].flatMap(sources).filter((file) => isCaller(file) && !isTest(file))).toEqual([DOOR]);
});

test("this server speaks all of it", () => {
  const has = (type: TypeName, part: "operations" | "events" | "constructorParams", name: string) =>
    (PROTOCOL[type][part] as readonly string[]).includes(name);
  const missing = [
    ...Object.entries({ ...PLATFORM.methods, ...PLATFORM.clientMethods }).filter(([name, type]) => !has(type, "operations", name)),
    ...Object.entries(PLATFORM.events).filter(([name, type]) => !has(type, "events", name)),
    ...Object.entries(PLATFORM.types).flatMap(([type, names]) => names.filter((name) => !has(type as TypeName, "constructorParams", name))),
    ...PLATFORM.requests.filter((name) => !METHODS.includes(name)),
  ];
  expect(missing).toEqual([]);
});
