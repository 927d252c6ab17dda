import type { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";
import { begun, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string): Promise<void> => void (harness = await begun(program));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test("a preview names every resource and touches nothing", async () => {
  await begin(PLATFORM);
  const result = await harness.run("preview");
  expect({ changes: result.changes, outputs: result.outputs, writes: writes() }).toEqual({
    changes: { create: 7 },
    outputs: { base: "[unknown]", top: "[unknown]" },
    writes: [],
  });
  expect(() => harness.stateText()).toThrow("ENOENT");
});

test("a preview of changed content says replace and update, with the paths", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const before = harness.stateText();
  const result = await harness.run("preview", { content: "two" });
  expect(result.resources.filter(({ op }) => op !== "same").map(({ name, op, changed }) => ({ name, op, changed }))).toEqual(
    expect.arrayContaining([
      { name: "token", op: "replace", changed: ["data", "name"] },
      { name: "settings", op: "replace", changed: ["data", "name"] },
      {
        name: "base",
        op: "update",
        changed: [
          "taskSpec.containerSpec.configs[0].configId",
          "taskSpec.containerSpec.configs[0].configName",
          "taskSpec.containerSpec.env.CONTENT",
          "taskSpec.containerSpec.secrets[0].secretId",
          "taskSpec.containerSpec.secrets[0].secretName",
        ],
      },
    ]),
  );
  expect({ changes: result.changes, writes: writes(), state: harness.stateText() }).toEqual({
    changes: { same: 4, replace: 2, update: 1 },
    writes: [],
    state: before,
  });
});

test("a network that must be replaced takes its services with it, and they come back", async () => {
  await begin(PLATFORM);
  await harness.run("up");
  const result = await harness.run("up", { subnet: "10.231.10.0/24" });
  expect(result.changes).toEqual({ same: 4, replace: 3 });
  expect(writes()).toEqual([
    "DELETE /services/<id> kill-top",
    "DELETE /services/<id> kill-base",
    "DELETE /networks/<id> kill-net",
    "POST /networks/create kill-net",
    "POST /services/create kill-base",
    "POST /services/create kill-top",
  ]);
});
