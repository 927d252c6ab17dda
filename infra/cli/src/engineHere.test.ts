import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineHere } from "./engineHere";

let folder: string;
const searchPath = process.env.PATH;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "barecast-engines-"))));
afterEach(() => {
  process.env.PATH = searchPath;
  rmSync(folder, { recursive: true });
});

const remark = "pulumi: found without its Docker plugin, so the runner acts. Type: pulumi plugin install resource docker";

test.each([
  { title: "no Pulumi CLI", script: null, found: { title: "runner" } },
  { title: "a CLI with the Docker plugin", script: 'echo \'[{"name":"docker","kind":"resource"}]\'', found: { title: "pulumi" } },
  { title: "a CLI with another plugin", script: 'echo \'[{"name":"aws","kind":"resource"}]\'', found: { title: "runner", remark } },
  { title: "a CLI without plugins", script: "echo '[]'", found: { title: "runner", remark } },
  { title: "a CLI that fails", script: "exit 255", found: { title: "runner", remark } },
])("$title", async ({ script, found }) => {
  process.env.PATH = script === null ? folder : `${folder}:${searchPath}`;
  const asksForPlugins = '[ "$*" = "plugin ls --json" ] || exit 2';
  if (script !== null) writeFileSync(path.join(folder, "pulumi"), `#!/bin/sh\n${asksForPlugins}\n${script}\n`, { mode: 0o755 });
  expect(await engineHere()).toEqual(found);
});
