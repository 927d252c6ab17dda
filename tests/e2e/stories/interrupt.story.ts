import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Barecast } from "../src/barecast";
import { run } from "../src/command";
import { projectFolder } from "../src/project";
import { merged, storySite, writeSiteFile } from "../src/siteFile";
import { linesOf, Terminal } from "../src/terminal";

// Ctrl-C on a terminal, once at each step of one and the same site: each time a sentence, and the next `up` goes on from there.
jest.setTimeout(30 * 60_000);

const folder = mkdtempSync(path.join(tmpdir(), "barecast-interrupt-"));
const siteFile = writeSiteFile(
  merged(storySite, { site: "interrupted", domain: "interrupted.localhost", network: { machines: "172.30.245.0/24" } }),
  folder,
);
const env = { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") };
const barecast = new Barecast(siteFile, env);
const up = () => new Terminal("./barecast up", { cwd: projectFolder, env: { ...process.env, ...env, SITE: siteFile } });

afterAll(async () => {
  await barecast.down();
  rmSync(folder, { recursive: true });
});

const steps = ["Check", "Images", "Machines", "Platform (runner)", "Verify: the site answers", "Verify: video flows"];

test.each(steps)("at %s", async (step) => {
  const terminal = up();
  await terminal.shows(`${step} …`, 20 * 60_000);
  terminal.interrupt();
  const { code, output } = await terminal.ended;
  const lines = linesOf(output);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 130, last: "Interrupted. The same command goes on from here" });
  expect(lines.filter((line) => /^ +at |Error:|failed/.test(line))).toEqual([]);
  // A step that is done in a moment may be done, and the next begun, before it hears of it; no other begins.
  const isLong = /^(Machines|Platform|Verify: video)/.test(step);
  const told = lines.flatMap((line) => steps.find((title) => line.startsWith(`  ${title} `)) ?? []);
  const at = steps.indexOf(step);
  expect(steps.slice(at, isLong ? at + 1 : at + 2)).toContain(told.at(-1));
  if (isLong) expect(lines.join("\n")).toMatch(/^ {2}\S.* +[\dm.]+s {2}interrupted$/m);
});

test("the next one ends what they began, with a line for each step and the logins; a pipe gets the same lines and nothing else", async () => {
  const terminal = up();
  const { code, output } = await terminal.ended;
  const lines = linesOf(output);
  expect(code).toBe(0);
  for (const step of steps) expect(lines.filter((line) => line.startsWith(`  ${step} `))).toHaveLength(1);
  expect(lines.at(-1)).toMatch(/^ {2}Browsers must trust /);
  const command = ["sh", "-c", "./barecast up 2>&1 >/dev/null"];
  const piped = await run(command, { cwd: projectFolder, env: { ...process.env, ...env, SITE: siteFile }, withinMs: 10 * 60_000 });
  expect(
    piped
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +[\dm.]+s.*/, "")),
  ).toEqual(["  Check", "  Images", "  Machines", "  Platform (runner)", "  Verify: the site answers"]);
});
