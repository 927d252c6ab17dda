import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { FakeDocker } from "../testing/fakeDocker";
import { Harness } from "../testing/harness";
import { COMPILED } from "../testing/killed";
import { PLATFORM } from "../testing/platform";
import { volume } from "../testing/resources";
import { StateFile, stackFile } from "./backend";
import type { Deployment } from "./checkpoint";

let folder: string;
let file: string;
const stack = () => ({ backend: folder, project: "wire", stack: "dev", passphrase: "wire" });
beforeAll(() => {
  if (!existsSync(COMPILED)) throw new Error(`${COMPILED}: Expected the compiled runner, found nothing. Run npx tsc -b infra/runner`);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "barecast-durable-"));
  file = stackFile(folder, "wire", "dev");
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test("a state is written, synced, renamed into its place, and the folder synced, in this order", async () => {
  const [state] = await StateFile.open(stack());
  await state.save({ resources: [volume("old")], pending: [] });
  const before = readFileSync(file, "utf8");
  const seen: string[] = [];
  const ofDraft = () => (existsSync(`${file}.draft`) ? `${readFileSync(`${file}.draft`, "utf8").length} bytes` : "no draft");
  const see = (what: string) => seen.push(`${what}: ${ofDraft()}, ${readFileSync(file, "utf8") === before ? "old" : "new"}`);
  const some = await fs.open(folder);
  const handle = Object.getPrototypeOf(some) as typeof some;
  await some.close();
  const { sync } = handle;
  const { rename } = fs;
  jest.spyOn(handle, "sync").mockImplementation(function (this: typeof some) {
    see("sync");
    return sync.call(this);
  });
  jest.spyOn(fs, "rename").mockImplementation(async (from, to) => {
    see("rename");
    await rename(from, to);
  });
  await state.save({ resources: [volume("new")], pending: [] });
  const size = `${readFileSync(file, "utf8").length} bytes`;
  expect(seen).toEqual([`sync: ${size}, old`, `rename: ${size}, old`, "sync: no draft, new"]);
});

/** How a process ends in the middle of writing the state. */
const CRASHES = {
  "with half of it written": `handle.writeFile = async function (text) { await this.write(text.slice(0, text.length / 2)); return die(); };`,
  "before it is synced": `handle.sync = die;`,
  "between write and rename": `fs.rename = die;`,
} as const;

test.each(Object.entries(CRASHES))(
  "a process that is killed %s leaves the old state whole, and the next goes on from it",
  async (_when, crash) => {
    const [state] = await StateFile.open(stack());
    await state.save({ resources: [volume("old")], pending: [] });
    const before = readFileSync(file, "utf8");
    const script = `
    const fs = require("node:fs/promises");
    const { StateFile } = require(${JSON.stringify(path.join(path.dirname(COMPILED), "state", "backend.js"))});
    const die = () => new Promise(() => process.kill(process.pid, "SIGKILL"));
    (async () => {
      const [state] = await StateFile.open(${JSON.stringify(stack())});
      const some = await fs.open(${JSON.stringify(folder)});
      const handle = Object.getPrototypeOf(some);
      await some.close();
      ${crash}
      await state.save(${JSON.stringify({ resources: [volume("new")], pending: [] })});
    })();`;
    const { signal, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });
    expect(readFileSync(file, "utf8")).toEqual(before);
    const [next, snapshot] = await StateFile.open(stack());
    expect(snapshot.resources.map(({ id }) => id)).toEqual(["old"]);
    await next.save({ resources: [volume("new")], pending: [] });
    expect(readdirSync(path.dirname(file))).toEqual(["dev.json"]);
  },
);

test("at each write to Docker the file knows that the step is under way, and at each step's end what came of it", async () => {
  const harness = new Harness("wire", { "program.js": PLATFORM });
  await harness.start(new FakeDocker());
  const wrong: string[] = [];
  const latest = () => (JSON.parse(harness.stateText()) as { checkpoint: { latest: Deployment } }).checkpoint.latest;
  const urnsOf = (all: readonly { urn?: unknown }[] = []) => all.map(({ urn }) => String(urn));
  let [writes, ends] = [0, 0];
  harness.docker.onWrite = ({ name }) => {
    writes++;
    const names = (latest().pending_operations ?? []).map(({ resource }) => (resource["inputs"] as { name?: string }).name);
    if (!names.includes(name)) wrong.push(`write to ${name}: only ${names.join(", ")} are under way`);
  };
  harness.more = {
    onEvent: (event) => {
      if (event.kind !== "end" || event.op === "same" || !event.type.startsWith("docker:")) return;
      ends++;
      const { resources, pending_operations = [] } = latest();
      if (urnsOf(resources).includes(event.urn) === (event.op === "delete")) wrong.push(`end of ${event.op} ${event.name}: not written`);
      if (urnsOf(pending_operations.map(({ resource }) => resource)).includes(event.urn))
        wrong.push(`end of ${event.op} ${event.name}: still pending`);
    },
  };
  try {
    for (const verb of ["up", "destroy"] as const) await harness.run(verb);
    expect({ wrong, writes, ends }).toEqual({ wrong: [], writes: 12, ends: 12 });
  } finally {
    await harness.stop();
  }
});
