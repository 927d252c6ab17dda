import { execFileSync } from "node:child_process";
import { completion } from "./completion";

const verbs = [
  { name: "up", options: ["--json"] },
  { name: "logs", options: ["-n", "--lines"] },
  { name: "secrets", options: [] },
];

/** What bash offers where the cursor stands at the end of these words. */
const offers = (...words: string[]) => {
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `${completion(verbs, "bash", ["parse", "web"])}
COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _barecast; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
};

test("bash offers verbs, their words and their options", () => {
  expect(offers("./barecast", "")).toEqual(["up", "logs", "secrets", "help", "--help"]);
  expect(offers("./barecast", "lo")).toEqual(["logs"]);
  expect(offers("./barecast", "logs", "")).toEqual(["parse", "web", "-n", "--lines", "--help"]);
  expect(offers("./barecast", "secrets", "s")).toEqual(["set", "show"]);
  expect(offers("./barecast", "up", "--")).toEqual(["--json", "--help"]);
  expect(offers("./barecast", "foo", "")).toEqual([""]);
});

test("another shell is refused with what to type", () => {
  expect(() => completion(verbs, "fish", [])).toThrow(
    'completion: Expected bash or zsh, found "fish". Type: source <(./barecast completion bash)',
  );
});
