import fc from "fast-check";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { canonicalOrder } from "../engine/order";
import { needsOf } from "../engine/resource";
import { reveal, secret } from "../engine/values";
import { WIRE } from "../testing/recordings";
import { volume } from "../testing/resources";
import { StateFile, stackFile } from "./backend";
import type { Deployment } from "./checkpoint";
import { takeLock } from "./lock";
import { Crypter } from "./secrets";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "barecast-state-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stack = (): { backend: string; project: string; stack: string; passphrase: string } => ({
  backend: folder,
  project: "wire",
  stack: "dev",
  passphrase: "wire",
});
/** Puts the CLI's own checkpoint where its backend would keep it. */
async function withRecordedState(): Promise<{ deployment: Deployment }> {
  const recorded = JSON.parse(readFileSync(path.join(WIRE, "checkpoint.json"), "utf8")) as { deployment: Deployment };
  const [file] = await StateFile.open(stack());
  await file.save({ resources: [volume("first")], pending: [] });
  writeFileSync(
    stackFile(folder, "wire", "dev"),
    JSON.stringify({ version: 3, checkpoint: { stack: "organization/wire/dev", latest: recorded.deployment } }),
  );
  return recorded;
}

test("the CLI's checkpoint opens with its passphrase, and is written back with its own ciphertexts", async () => {
  const { deployment } = await withRecordedState();
  const [file, snapshot] = await StateFile.open(stack());
  const token = snapshot.resources.find(({ urn }) => urn.endsWith("::web-token"))!;
  expect(reveal(token.inputs)).toEqual({ __defaults: [], data: "czNjcmV0", name: "wire-token-1ec1c26b50" });
  await file.save({ ...snapshot, resources: [...snapshot.resources, volume("more")] });
  const written = JSON.parse(readFileSync(stackFile(folder, "wire", "dev"), "utf8")) as { checkpoint: { latest: Deployment } };
  const byUrn = (list: Deployment["resources"] = []): unknown => Object.fromEntries(list.map((one) => [one["urn"], one["inputs"]]));
  const { [volume("more").urn]: _more, ...kept } = byUrn(written.checkpoint.latest.resources) as Record<string, unknown>;
  expect(kept).toEqual(byUrn(deployment.resources));
  expect(written.checkpoint.latest.manifest).toMatchObject({ version: "v3.260.0", magic: deployment.manifest.magic });
});

test("a wrong passphrase is told as such, and changes nothing", async () => {
  await withRecordedState();
  const before = readFileSync(stackFile(folder, "wire", "dev"));
  await expect(StateFile.open({ ...stack(), passphrase: "wier" })).rejects.toMatchObject({
    code: "wrong-passphrase",
    message: `${stackFile(folder, "wire", "dev")}: The passphrase doesn't open this state. Use the one it was made with`,
  });
  expect(readFileSync(stackFile(folder, "wire", "dev"))).toEqual(before);
});

test("a damaged state file is named", async () => {
  await withRecordedState();
  writeFileSync(stackFile(folder, "wire", "dev"), "{");
  await expect(StateFile.open(stack())).rejects.toMatchObject({ code: "bad-state" });
});

test("a state that says nothing new isn't written, in whatever order it is given", async () => {
  const resources = [volume("a", { inputs: { data: secret("x") } }), volume("b", { dependencies: [volume("a").urn] })];
  const [first] = await StateFile.open(stack());
  await first.save({ resources, pending: [] });
  const text = readFileSync(stackFile(folder, "wire", "dev"), "utf8");
  expect(text).not.toContain('"x"');
  const [again, snapshot] = await StateFile.open(stack());
  await again.save({ resources: [...snapshot.resources].reverse(), pending: [] });
  expect([again.isWritten, readFileSync(stackFile(folder, "wire", "dev"), "utf8")]).toEqual([false, text]);
});

test("the last of many states saved at once is what the file says", async () => {
  const [file] = await StateFile.open(stack());
  const saves = Array.from({ length: 20 }, (_, index) => file.save({ resources: [volume(`r${index}`)], pending: [] }));
  await Promise.all(saves);
  const [, snapshot] = await StateFile.open(stack());
  expect(snapshot.resources.map(({ id }) => id)).toEqual(["r19"]);
  expect(readdirSync(path.dirname(stackFile(folder, "wire", "dev")))).toEqual(["dev.json"]);
});

test("any state has one order, in which everything follows what it needs", () => {
  const graph = fc
    .array(fc.array(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
    .map((needs) =>
      needs.map((earlier, index) =>
        volume(`r${index}`, { dependencies: [...new Set(earlier.filter((one) => one < index))].map((one) => volume(`r${one}`).urn) }),
      ),
    );
  const shuffled = graph.chain((resources) =>
    fc.tuple(fc.constant(resources), fc.shuffledSubarray(resources, { minLength: resources.length })),
  );
  fc.assert(
    fc.property(shuffled, ([resources, other]) => {
      const ordered = canonicalOrder(resources);
      expect(canonicalOrder(other)).toEqual(ordered);
      const places = new Map(ordered.map(({ urn }, index) => [urn, index]));
      for (const one of ordered) for (const need of needsOf(one)) expect(places.get(need)!).toBeLessThan(places.get(one.urn)!);
    }),
  );
});

test("a text survives encryption, and no two ciphertexts are equal", async () => {
  const crypter = await Crypter.create("wire");
  const [one, other] = [crypter.encrypt("ключ"), crypter.encrypt("ключ")];
  expect([crypter.decrypt(one), crypter.decrypt(other), one === other]).toEqual(["ключ", "ключ", false]);
  await expect(Crypter.open(crypter.salt, "wire", "here")).resolves.toBeInstanceOf(Crypter);
});

describe("lock", () => {
  const locks = (): string => path.join(folder, ".pulumi/locks/organization/wire/dev");

  test("a second taker is told who holds it; given back it is free", async () => {
    const release = await takeLock(folder, "wire", "dev");
    await expect(takeLock(folder, "wire", "dev")).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(`(pid ${process.pid}, since `) as string,
    });
    await release();
    await (
      await takeLock(folder, "wire", "dev")
    )();
    expect(readdirSync(locks())).toEqual([]);
  });

  test.each([
    ["of a process that is gone", { pid: 2 ** 22 + 1, hostname: os.hostname() }, true],
    ["of a process that started after it", { pid: process.pid, hostname: os.hostname(), timestamp: "2020-01-01T00:00:00Z" }, true],
    ["of another machine", { pid: 2 ** 22 + 1, hostname: "elsewhere" }, false],
  ])("the lock %s", async (_whose, holder, isRemoved) => {
    await (
      await takeLock(folder, "wire", "dev")
    )();
    writeFileSync(path.join(locks(), "x.json"), JSON.stringify({ username: "ops", timestamp: new Date().toISOString(), ...holder }));
    const taken = takeLock(folder, "wire", "dev");
    if (isRemoved) await (await taken)();
    else await expect(taken).rejects.toMatchObject({ code: "locked" });
    expect(readdirSync(locks())).toEqual(isRemoved ? [] : ["x.json"]);
  });
});
