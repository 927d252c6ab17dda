import { contentOf } from "./registry";

test("a registry's content: images, what they lack, and what none of them names", () => {
  const manifest = (config: string, ...layers: readonly string[]) =>
    JSON.stringify({ config: { digest: config }, layers: layers.map((digest) => ({ digest })) });
  const blobs = ["sha256:1", "sha256:2", "sha256:a", "sha256:b", "sha256:left"];
  const images = [`web@sha256:2 ${manifest("sha256:b", "sha256:c")}`, `media@sha256:1 ${manifest("sha256:a", "sha256:b")}`];
  expect(contentOf(`${blobs.join("\n")}\n\n${images.join("\n")}\n`)).toEqual({
    images: ["media@sha256:1", "web@sha256:2"],
    lacking: ["sha256:c"],
    garbage: ["sha256:left"],
  });
});
