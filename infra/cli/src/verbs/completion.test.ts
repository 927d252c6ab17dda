import { execFileSync } from "node:child_process";
import { completion } from "./completion";

const verbs = [
  { name: "up", options: ["--json"] },
  { name: "logs", options: ["-n", "--lines"] },
  { name: "secrets", options: [] },
];

const script = `_barecast() {
  local words="" current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" = 1 ]; then
    words="up logs secrets help --help --version"
  else case "\${COMP_WORDS[1]}" in
    up) words="--json --help" ;;
    logs) words="parse web -n --lines --help" ;;
    secrets) words="list set show --help" ;;
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _barecast barecast ./barecast`;

test("one script serves both shells: zsh reads it as bash's, after what it needs for that", () => {
  expect(completion(verbs, "bash", ["parse", "web"])).toBe(script);
  expect(completion(verbs, "zsh", ["parse", "web"])).toBe(
    `whence compdef >/dev/null || { autoload -U +X compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
${script}`,
  );
});

/** What bash offers where the cursor stands at the end of these words. */
const offers = (...words: string[]) => {
  const line = words.map((word) => `'${word}'`).join(" ");
  const typed = `${script}
COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _barecast; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", typed], { encoding: "utf8" }).trim().split("\n");
};

test("bash offers verbs, their words and their options", () => {
  expect(offers("./barecast", "")).toEqual(["up", "logs", "secrets", "help", "--help", "--version"]);
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
