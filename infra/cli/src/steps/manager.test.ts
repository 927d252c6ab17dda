import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { placeOf, type Host } from "@barecast/site";
import { folderInPath } from "../testing/folderInPath";
import { answerOf } from "./manager";

// A stand-in for ssh comes first in PATH: it writes down whom it was to ask, and answers as is said for that address.
let folder: string;
folderInPath((made) => (folder = made));

const managers = ["one", "two"].map((name, index): Host => ({
  name,
  address: `192.0.2.${index + 1}`,
  ssh: { user: "root", port: 22 },
  roles: ["manager"],
}));
function ask(answers: Readonly<Record<string, string>>): Promise<string> {
  const cases = Object.entries(answers).map(([address, script]) => `*root@${address}*) ${script} ;;`);
  const script = `#!/bin/sh\necho "$*" | grep -o '192[0-9.]*' >>${folder}/asked\ncase "$*" in ${cases.join("\n")} esac\n`;
  writeFileSync(path.join(folder, "ssh"), script, { mode: 0o755 });
  const context = { place: placeOf(folder, "demo", {}), signal: new AbortController().signal };
  return answerOf(context, managers, "docker node ls");
}
const asked = () => readFileSync(path.join(folder, "asked"), "utf8").trim().split("\n");
const silent = "echo 'ssh: connect to host: No route to host' >&2; exit 255";

test("the first manager that answers is believed, what it answers with", async () => {
  expect(await ask({ "192.0.2.1": "cat", "192.0.2.2": "echo two" })).toBe("docker node ls");
  expect(asked()).toEqual(["192.0.2.1"]);
  await expect(ask({ "192.0.2.1": "echo 'no leader' >&2; exit 1", "192.0.2.2": "echo two" })).rejects.toThrow(
    "The site's manager does not answer: no leader. Run: ./barecast up",
  );
});

test("one that SSH does not reach leaves it to the next", async () => {
  expect(await ask({ "192.0.2.1": silent, "192.0.2.2": "echo two" })).toBe("two\n");
  expect(asked()).toEqual(["192.0.2.1", "192.0.2.2"]);
});

test("where SSH reaches none, the last one's reason is told", async () => {
  await expect(ask({ "192.0.2.1": silent, "192.0.2.2": silent })).rejects.toThrow(
    "hosts.two: Expected an answer by SSH, found: ssh: connect to host: No route to host",
  );
});
