import type { Harness } from "./testing/harness";
import { begun, failureOf, HEAD, LABELS, writesOf } from "./testing/programs";

let harness: Harness;
const begin = async (program: string, more = {}): Promise<void> => void (harness = await begun(program, more));
const writes = (): string[] => writesOf(harness);
afterEach(() => harness.stop());

test("a protected resource is deleted neither by a changed program nor by destroy", async () => {
  const program = (isThere: boolean): string =>
    `${HEAD} module.exports = async () => { ${isThere ? `new docker.Volume("data", { name: "data", ${LABELS} }, { protect: true });` : ""} };`;
  await begin(program(true));
  await harness.run("up");
  harness.write("program.js", program(false));
  for (const verb of ["up", "destroy"] as const) {
    expect(await failureOf(harness.run(verb))).toMatchObject({
      code: "protected",
      message: expect.stringMatching(/^data: Protected/) as string,
    });
    expect(writes()).toEqual([]);
  }
});

test("destroy keeps what is protected and what it needs, or deletes it too, as it is told", async () => {
  const both = (name: string, options: string): string => `new docker.Volume("${name}", { name: "${name}", ${LABELS} }, ${options});`;
  await begin(`${HEAD} module.exports = async () => { ${both("kept", "{ protect: true }")} ${both("gone", "{}")} };`, {
    onProtected: "keep",
  });
  await harness.run("up");
  expect((await harness.run("destroy")).changes).toEqual({ delete: 1 });
  expect([writes(), (await harness.resources()).map(({ type }) => type)]).toEqual([
    ["DELETE /volumes/gone gone"],
    ["pulumi:pulumi:Stack", "pulumi:providers:docker", "docker:index/volume:Volume"],
  ]);
  harness.more = { onProtected: "delete" };
  expect((await harness.run("destroy")).changes).toEqual({ delete: 2 });
  expect(writes()).toEqual(["DELETE /volumes/kept kept"]);
});
