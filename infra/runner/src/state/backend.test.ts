import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { FakeDocker } from "../testing/fakeDocker";
import { Harness } from "../testing/harness";
import { WIRE } from "../testing/recordings";
import { volume } from "../testing/resources";
import { StateFile, stackFile } from "./backend";
import type { Deployment } from "./checkpoint";
import { takeLock } from "./lock";

let folder: string;
let file: string;
const stack = () => ({ backend: folder, project: "wire3", stack: "dev", passphrase: "wire" });
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "barecast-backend-"));
  file = stackFile(folder, "wire3", "dev");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const recorded = (name: string) => path.join(WIRE, "backend", name);
const RECORDED = "stacks-wire3-dev.json";
interface Written {
  readonly version: number;
  readonly checkpoint: { readonly stack: string; readonly latest: Deployment };
}
const read = (from: string) => JSON.parse(readFileSync(from, "utf8")) as Written;
/** All but the time and the resources. */
const frameOf = ({ version, checkpoint }: Written): unknown => {
  const { manifest, resources: _r, ...latest } = checkpoint.latest;
  return { version, stack: checkpoint.stack, ...latest, manifest: { ...manifest, time: "" } };
};
const filesOf = (where: string) => readdirSync(where, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe("the CLI's file backend", () => {
  test("its empty stack opens, stays as it is while nothing is made, and keeps its frame when something is", async () => {
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(recorded("meta.yaml"), path.join(folder, ".pulumi", "meta.yaml"));
    copyFileSync(recorded(RECORDED), file);
    const [state, snapshot] = await StateFile.open(stack());
    expect(snapshot).toEqual({ resources: [], pending: [] });
    await state.save(snapshot);
    expect(readFileSync(file, "utf8")).toEqual(readFileSync(recorded(RECORDED), "utf8"));
    await state.save({ resources: [volume("data")], pending: [] });
    expect(frameOf(read(file))).toEqual(frameOf(read(recorded(RECORDED))));
    expect(read(file).checkpoint.latest.resources).toHaveLength(1);
  });

  test("a new stack is written as the CLI writes one: the same files, the same meta, and the salt of the stack's settings", async () => {
    const settings = readFileSync(recorded("Pulumi.dev.yaml"), "utf8");
    const program = `module.exports = async () => {};`;
    const harness = new Harness("wire3", { "program.js": program, "Pulumi.dev.yaml": settings });
    await harness.start(new FakeDocker());
    try {
      await harness.run("up");
      const pulumi = path.join(harness.folder, ".pulumi");
      const files = filesOf(pulumi).map(({ parentPath, name }) => path.relative(pulumi, path.join(parentPath, name)));
      expect(files.sort()).toEqual(["meta.yaml", "stacks/wire3/dev.json"]);
      expect(readFileSync(path.join(pulumi, "meta.yaml"), "utf8")).toEqual(readFileSync(recorded("meta.yaml"), "utf8"));
      expect(frameOf(JSON.parse(harness.stateText()) as Written)).toEqual(frameOf(read(recorded(RECORDED))));
    } finally {
      await harness.stop();
    }
  });

  test("a lock lies where the CLI's does and says the same of its holder", async () => {
    const release = await takeLock(folder, "wire3", "dev");
    const locks = path.join(folder, ".pulumi/locks/organization/wire3/dev");
    const [name = ""] = readdirSync(locks);
    expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/);
    const holder = JSON.parse(readFileSync(path.join(locks, name), "utf8")) as object;
    expect(Object.keys(holder).sort()).toEqual(["hostname", "pid", "timestamp", "username"]);
    await release();
  });
});
