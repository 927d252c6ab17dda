import { atWork } from "../../src/atWork";
import { projectFolder } from "../../src/project";
import { PoorComputer } from "../../src/computers";
import { Running } from "../../src/running";
import { docker } from "../../src/session";

// Two checkouts on one computer share its Docker engine: what one removes, the other may be about to use.
jest.setTimeout(600_000);

const computer = new PoorComputer("e2e-second");
afterAll(() => computer.remove());

test.each([
  ["build", "the build of /elsewhere"],
  ["images", "the start of machines by /elsewhere"],
] as const)("down waits for the other's %s, and says so; it removes images only then", async (lock, purpose) => {
  const other = await atWork(`engineLock("${lock}")`, purpose, lock === "images");
  const images = async () => (await docker.listImages()).map(({ Id }) => Id);
  const before = await images();
  const down = new Running(["./barecast", "down"], { cwd: projectFolder, env: { ...process.env, ...computer.env } });
  await down.says(new RegExp(`^ {4}waits for (.* and )?${purpose} \\(pid \\d+, since [^)]*Z\\)`, "m"), 60_000);
  expect(await images()).toEqual(expect.arrayContaining(before));
  expect((await other.interrupt()).code).toBe(0);
  expect(await down.ended).toMatchObject({ code: 0, output: expect.stringMatching(/^Removed: /m) });
});

test("Ctrl-C ends the waiting", async () => {
  const other = await atWork('engineLock("build")', "the build of /elsewhere");
  const down = new Running(["./barecast", "down"], { cwd: projectFolder, env: { ...process.env, ...computer.env } });
  await down.says(/waits for the build of \/elsewhere/, 60_000);
  const { code, output } = await down.interrupt();
  expect({ code, last: output.trimEnd().split("\n").at(-1) }).toEqual({
    code: 130,
    last: "Interrupted. The same command goes on from here",
  });
  await other.interrupt();
});
