import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newAuthority } from "@barecast/site/certificates";
import { holdsKey, keysInHistory } from "./history";

const folder = mkdtempSync(path.join(tmpdir(), "barecast-history-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** With nothing of the environment: a hook of Git's, from which tests may run, names the project's own repository there. */
const git = (...args: string[]) =>
  execFileSync("git", ["-C", folder, "-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: folder },
  });

function commit(file: string, text: string, message = file): void {
  writeFileSync(path.join(folder, file), text);
  git("add", "--all");
  git("commit", "--quiet", `--message=${message}`);
}
function sshKey(): string {
  const file = path.join(folder, ".git", "ssh");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  return readFileSync(file, "utf8");
}

/** The line that a key in PEM begins with. */
const headerOf = (key: string) => key.split("\n")[0]!;

test("keys that were once in Git are found, by whatever file, branch or message; what only speaks of them is none", async () => {
  const { cert, key } = await newAuthority("History");
  const ageKey = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;
  git("init", "--quiet", "--initial-branch=main");
  commit("speaks.ts", `text.includes("${headerOf(key)}"); line.startsWith("AGE-SECRET-KEY-1");`);
  commit("ca.crt", cert);
  expect(await keysInHistory(folder)).toEqual([]);

  commit("ca.key", key);
  commit("ca.key", "gone");
  commit("state.json", JSON.stringify({ key: sshKey() }));
  git("checkout", "--quiet", "-b", "aside");
  commit("site.agekey", `# created\n${ageKey}\n`);
  commit("secret.yaml", `key: ${Buffer.from(key).toString("base64")}`);
  git("checkout", "--quiet", "main");
  commit("speaks.ts", "nothing", ageKey);
  const id = git("rev-parse", "HEAD").trim();
  const heads = ["ca.key", "secret.yaml", "site.agekey", "state.json"].map((file) => `diff --git a/${file} b/${file}`);
  expect((await keysInHistory(folder)).sort()).toEqual([`commit ${id}`, ...heads]);
});

test.each([0, 1, 2])("a key in base64 is seen where it begins at byte %d", async (before) => {
  const header = headerOf((await newAuthority("History")).key);
  const text = Buffer.from(`${"x".repeat(before)}${header}\nabc`).toString("base64");
  expect(holdsKey(text)).toBe(true);
});
