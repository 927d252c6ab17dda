import { imageNames, imageTable } from "@barecast/stack/images";
import pinned from "../../stack/src/upstream.digests.json";
import { inspectCommand, unpinned } from "./upstream";

test("a tag is looked up at its registry, as the digest of whatever stands behind it", () => {
  expect(inspectCommand("docker.io/library/redis:8.0")).toEqual([
    ...["inspect", "--no-tags", "--format", "{{.Digest}}", "docker://docker.io/library/redis:8.0"],
  ]);
});

test("pinned references are those of the table, each by a digest", () => {
  const references = imageNames.map((name) => imageTable[name].upstream);
  expect(Object.keys(pinned).filter((reference) => !references.includes(reference))).toEqual([]);
  expect(Object.values(pinned).filter((digest) => !/^sha256:[0-9a-f]{64}$/.test(String(digest)))).toEqual([]);
});

test("what is taken by tag is named, with what is built on it", () => {
  const tagged = imageNames.filter((name) => imageTable[name].upstream !== null && imageTable[name].digest === undefined);
  expect(unpinned(["web", "redis"])).toEqual(["base", "redis"].filter((name) => tagged.some((each) => each === name)));
  expect(unpinned(["web"])).not.toContain("web");
});
