import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cachedFile } from "./cachedFile";

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "barecast-cached-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("several who ask at once for a file that is missing get one that was made once", async () => {
  const file = path.join(folder, "clips", "counter.mjpeg");
  let times = 0;
  const make = async (part: string) => {
    await new Promise(setImmediate);
    writeFileSync(part, `made ${++times}`);
  };
  expect(await Promise.all([cachedFile(file, make), cachedFile(file, make)])).toEqual([file, file]);
  expect(await cachedFile(file, make)).toBe(file);
  expect(readFileSync(file, "utf8")).toBe("made 1");
  expect(readdirSync(path.dirname(file))).toEqual(["counter.mjpeg"]);
});

test("one that could not be made leaves nothing, and is made by the next", async () => {
  const file = path.join(folder, "counter.mkv");
  const fail = async (part: string) => {
    writeFileSync(part, "half");
    throw new Error("ffmpeg ended with 1");
  };
  await expect(cachedFile(file, fail)).rejects.toThrow("ffmpeg ended with 1");
  expect(readdirSync(folder)).toEqual([]);
  await cachedFile(file, async (part) => writeFileSync(part, "whole"));
  expect(readFileSync(file, "utf8")).toBe("whole");
});
