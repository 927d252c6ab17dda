import { rmSync } from "node:fs";
import path from "node:path";
import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, failureOf, HEAD, LABELS, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string): Promise<void> => void (harness = await begun(program));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test("what is there and no state knows is adopted when it is as wanted, else made anew; volumes always, secrets that are in use", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  rmSync(path.join(harness.folder, ".pulumi"), { recursive: true });
  const { services, volumes } = harness.docker.stored;
  const top = [...services.values()].find(({ name }) => name === "kill-top")!;
  top["Spec"] = { ...(top["Spec"] as object), Mode: { Replicated: { Replicas: 2 } } };
  volumes.get("kill-data")!["Driver"] = "nfs";
  expect((await harness.run("up")).changes).toEqual({ create: 7 });
  const hashed = (name: string): string => expect.stringMatching(new RegExp(`${name}-[0-9a-f]{10}$`)) as string;
  // A create that finds the name taken is asked for, too.
  expect(writes().sort()).toEqual([
    "DELETE /secrets/<id> " + [...harness.docker.stored.secrets.values()][0]!.name,
    "DELETE /services/<id> kill-top",
    hashed("POST /configs/create kill-settings"),
    "POST /networks/create kill-net",
    hashed("POST /secrets/create kill-token"),
    "POST /services/create kill-base",
    "POST /services/create kill-top",
    "POST /services/create kill-top",
  ]);
  const said = harness.events.flatMap((event) => (event.kind === "log" && event.message.startsWith("Left by") ? [event.message] : []));
  expect(said.sort()).toEqual([
    "Left by an interrupted run and other than wanted (Mode.Replicated.Replicas): removed",
    "Left by an interrupted run: adopted",
    "Left by an interrupted run: adopted",
  ]);
});

const OTHER = { "barecast.site": "other" };
const CONTENT = `name: "theirs", ${LABELS}, data: "b25l"`;
const SERVICE = `name: "theirs", ${LABELS}, taskSpec: { containerSpec: { image: "base:bookworm" } }`;

// Docker takes no second object of a name, but for volumes: of those the runner asks first, or it would be told of theirs as made.
test.each([
  {
    word: "Network",
    statement: `new docker.Network("net", { name: "theirs", ${LABELS} });`,
    labels: null,
    asked: ["POST /networks/create theirs"],
  },
  { word: "Volume", statement: `new docker.Volume("data", { name: "theirs", ${LABELS} });`, labels: OTHER, asked: [] },
  { word: "Secret", statement: `new docker.Secret("key", { ${CONTENT} });`, labels: {}, asked: ["POST /secrets/create theirs"] },
  {
    word: "Config",
    statement: `new docker.ServiceConfig("rules", { ${CONTENT} });`,
    labels: OTHER,
    asked: ["POST /configs/create theirs"],
  },
  { word: "Service", statement: `new docker.Service("app", { ${SERVICE} });`, labels: undefined, asked: ["POST /services/create theirs"] },
])("a $word of this name that isn't this site's is refused by name, and stays", async ({ word, statement, labels, asked }) => {
  await begin(`${HEAD} module.exports = async () => { ${statement} };`);
  const kind = `${word.toLowerCase()}s` as keyof typeof harness.docker.stored;
  // Otherwise as it is wanted.
  const object = { Name: "theirs", Labels: labels, Data: "b25l", TaskTemplate: { ContainerSpec: { Image: "base:bookworm" } } };
  const theirs = { id: "theirs", name: "theirs", ID: "theirs", Id: "theirs", Version: { Index: 1 }, ...object, Spec: object };
  harness.docker.stored[kind].set("theirs", structuredClone(theirs));
  const error = await failureOf(harness.run("up"));
  const found = labels === OTHER ? "barecast.site=other" : "none";
  expect(error).toMatchObject({
    code: "step-failed",
    message: `${word} theirs: Docker already has one of this name, and it isn't this site's: expected the label barecast.site=wire, found ${found}. Remove or rename it`,
  });
  expect([writes(), [...harness.docker.stored[kind].values()]]).toEqual([asked, [theirs]]);
  expect((await harness.resources()).filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
});
