import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSite } from "@barecast/site";
import { blocksOf, documents, namedCommands } from "./docs";
import { projectFolder } from "./project";

const files = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", ...documents()];

test("what documents link to is there", () => {
  const dead = files.flatMap((file) => {
    const text = readFileSync(path.join(projectFolder, file), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!).filter((target) => !/^https?:/.test(target));
    return targets
      .filter((target) => !existsSync(path.join(projectFolder, path.dirname(file), target)))
      .map((target) => `${file}: ${target}`);
  });
  expect(dead).toEqual([]);
});

test("site files in documents are good ones", () => {
  const sites = documents().flatMap((file) => blocksOf(file, "yaml").map((lines) => parseSite(lines.join("\n"), file).name));
  expect(sites).toEqual(["pr-17"]);
});

test("a document's commands are taken line by line, those for a server apart", () => {
  expect(blocksOf("docs/first-site.md")[0]).toEqual(["cp sites/minimal.yaml sites/live.yaml", "export SITE=sites/live.yaml"]);
  expect(blocksOf("docs/first-site.md", "sh server")).toEqual([["cat /etc/ssh/ssh_host_ed25519_key.pub"]]);
});

test("commands that stand in sentences and tables are found, those of blocks are not", () => {
  const named = namedCommands();
  expect(named).toEqual(expect.arrayContaining(["./barecast logs SERVICE", "make down WIPE=1", "./barecast secrets set NAME < file"]));
  expect(named).not.toContain("./barecast logs media-one --lines 200");
  expect(new Set(named).size).toBe(named.length);
});
