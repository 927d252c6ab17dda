import { imageNames, imageTable } from "@barecast/stack/images";
import { inspectCommand, unpinned } from "./upstream";

test("a tag is looked up at its registry, as the digest of whatever stands behind it", () => {
  expect(inspectCommand("docker.io/library/redis:8.0")).toEqual([
    ...["inspect", "--no-tags", "--format", "{{.Digest}}", "docker://docker.io/library/redis:8.0"],
  ]);
});

test("what is taken by tag is named, with what is built on it", () => {
  const tagged = imageNames.filter((name) => imageTable[name].upstream !== null && imageTable[name].digest === undefined);
  expect(unpinned(["web", "redis"])).toEqual(["base", "redis"].filter((name) => tagged.some((each) => each === name)));
  expect(unpinned(["web"])).not.toContain("web");
});
