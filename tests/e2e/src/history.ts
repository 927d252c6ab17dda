import path from "node:path";
import { run } from "./command";
import { base64sOf } from "./traces";

/** What begins a private key in PEM, and one of age; a text that speaks of them goes on otherwise. Between lines there may be a patch's mark. */
const keys = [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\r?\n[-+ ]?)[A-Za-z0-9+/]{32}/, /AGE-SECRET-KEY-1[A-Z0-9]{58}/];
const encoded = ["PRIVATE KEY-----\n", "AGE-SECRET-KEY-1"].flatMap(base64sOf);

/** Whether a text holds a private key, whoever made it: as it is, in JSON, or in base64. */
export const holdsKey = (text: string): boolean => keys.some((key) => key.test(text)) || encoded.some((part) => text.includes(part));

/** Where a Git repository ever held a private key, on any branch: heads of patches, `diff --git a/key b/key`, and commits whose message has one. */
export async function keysInHistory(repository: string): Promise<string[]> {
  const log = await run(["git", `--git-dir=${path.join(repository, ".git")}`, "log", "--all", "--patch", "-m", "--text"], {
    withinMs: 600_000,
  });
  const parts = log.split(/^(?=diff --git |commit [0-9a-f]{40})/m).filter(holdsKey);
  return [...new Set(parts.map((part) => part.split("\n", 1)[0]!))];
}
