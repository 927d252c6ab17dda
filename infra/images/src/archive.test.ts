import { archiveContent, archiveManifest } from "./archive";

const image = { id: "sha256:0123456789abcdef", layers: ["sha256:aa", "sha256:bb"], blobs: "/c/oci/blobs" };

test("an archive for `docker load` names the layout's blobs as they are", () => {
  expect(JSON.parse(archiveManifest("barecast/registry:k1", image))).toEqual([
    { Config: "sha256/0123456789abcdef", RepoTags: ["barecast/registry:k1"], Layers: ["sha256/aa", "sha256/bb"] },
  ]);
  expect(archiveContent("/tmp/work", image)).toEqual([
    ...["-C", "/tmp/work", "manifest.json"],
    ...["-C", "/c/oci/blobs", "sha256/0123456789abcdef", "sha256/aa", "sha256/bb"],
  ]);
});
