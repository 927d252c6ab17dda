import { deleteAll } from "./deletion";
import { changedPaths, ignoringChanges } from "./paths";
import { type Resource, urnOf } from "./resource";
import { Slots } from "./slots";
import { markSecrets, mask, secret, UNKNOWN } from "./values";

test.each([
  ["the root", { type: "pulumi:pulumi:Stack", name: "wire-dev" }, "urn:pulumi:dev::wire::pulumi:pulumi:Stack::wire-dev"],
  [
    "a child of the root",
    { type: "a:b:C", name: "c", parent: "urn:pulumi:dev::wire::pulumi:pulumi:Stack::wire-dev" },
    "urn:pulumi:dev::wire::a:b:C::c",
  ],
  [
    "a grandchild",
    { type: "a:b:D", name: "d", parent: "urn:pulumi:dev::wire::a:b:B$a:b:C::c" },
    "urn:pulumi:dev::wire::a:b:B$a:b:C$a:b:D::d",
  ],
])("the URN of %s", (_what, goal, urn) => expect(urnOf("dev", "wire", goal)).toBe(urn));

test("changed paths in Pulumi's notation; marks, secrecy and the difference of null and absent don't count", () => {
  const before = { __defaults: ["a"], env: { A: "1", "b-c": "2" }, list: [{ x: 1 }, { x: 2 }], same: secret("s"), none: null, gone: true };
  const after = { env: { A: "2", "b-c": "3" }, list: [{ x: 1 }, { x: 3 }, { x: 4 }], same: "s", later: UNKNOWN };
  expect(changedPaths(before, after)).toEqual(["env.A", 'env["b-c"]', "gone", "later", "list[1].x", "list[2]"]);
});

test("what is unknown counts as changed", () => expect(changedPaths({ a: UNKNOWN }, { a: UNKNOWN })).toEqual(["a"]));

test.each([
  [["labels"], { labels: ["old"], spec: { networks: [{ id: "new" }], image: "new" } }],
  [["spec.networks", "spec.image"], { labels: ["new"], spec: { networks: [{ id: "old" }] } }],
  [["spec.networks[0].id"], { labels: ["new"], spec: { networks: [{ id: "old" }], image: "new" } }],
  [["spec.networks[*].id"], { labels: ["new"], spec: { networks: [{ id: "old" }], image: "new" } }],
])("ignoring changes of %j", (paths, wanted) =>
  expect(
    ignoringChanges(
      { labels: ["new"], spec: { networks: [{ id: "new" }], image: "new" } },
      { labels: ["old"], spec: { networks: [{ id: "old" }] } },
      paths,
    ),
  ).toEqual(wanted),
);

test("answers of a provider that takes no secrets are marked as their inputs were; shown they are masked", () => {
  const marked = markSecrets({ token: "t", list: [{ key: "k" }], more: 1 }, { token: secret("t"), list: [{ key: secret("k") }] });
  expect(marked).toEqual({ token: secret("t"), list: [{ key: secret("k") }], more: 1 });
  expect(mask(marked)).toEqual({ token: "[secret]", list: [{ key: "[secret]" }], more: 1 });
});

test("slots never let more run than their cap, and all get their turn", async () => {
  const slots = new Slots(2);
  let [running, most, done] = [0, 0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done++;
  };
  await Promise.all(Array.from({ length: 9 }, () => slots.run(work)));
  expect({ most, done }).toEqual({ most: 2, done: 9 });
});

describe("deletion", () => {
  const resource = (name: string, ...dependencies: string[]): Resource => ({
    urn: name,
    type: "t",
    custom: true,
    inputs: {},
    outputs: {},
    dependencies,
    propertyDependencies: {},
  });
  const chain = [resource("net"), resource("base", "net"), resource("top", "base", "net"), resource("other")];

  test("users go before what they use", async () => {
    const gone: string[] = [];
    await deleteAll(chain, async ({ urn }) => Boolean(gone.push(urn)));
    expect(gone.filter((urn) => urn !== "other")).toEqual(["top", "base", "net"]);
    expect(gone).toHaveLength(4);
  });

  test("what needs to outlive a failed deletion stays", async () => {
    const asked: string[] = [];
    const remove = async ({ urn }: Resource): Promise<boolean> => {
      asked.push(urn);
      if (urn === "base") throw new Error("in use");
      return true;
    };
    await expect(deleteAll(chain, remove)).rejects.toThrow("in use");
    expect(asked.sort()).toEqual(["base", "other", "top"]);
  });
});
