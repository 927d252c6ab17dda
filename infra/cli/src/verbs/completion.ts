import { UserError } from "@barecast/site";
import { serviceKeys } from "@barecast/stack";
import type { Command } from "commander";
import { contextOf } from "../context";

/** A verb as the command line knows it: its name, and its options as they are typed. */
export interface Verb {
  readonly name: string;
  readonly options: readonly string[];
}

/** The verbs of a command line, with their options. */
export const verbsOf = (program: Command): Verb[] =>
  program.commands.map((command) => ({
    name: command.name(),
    options: command.options.flatMap(({ short, long }) => [short, long].filter((option) => option != null)),
  }));

/** The site's services; none where its file cannot be read or has problems: whoever puts these right may type the verbs with the Tab key. */
export function knownServices(env: NodeJS.ProcessEnv): string[] {
  try {
    return serviceKeys(contextOf(env, {}, new AbortController().signal).site);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Words that go on after a verb, where they are few and known. */
const continuations: Readonly<Record<string, readonly string[]>> = {
  open: ["dashboard"],
  secrets: ["list", "set", "show"],
  images: ["pin"],
  completion: ["bash", "zsh"],
};

/**
 * A script that makes the shell complete verbs, their words and options, for `barecast` and `./barecast`. It asks nothing while somebody types.
 * @param services what `logs` takes
 * @throws UserError `completion.shell` for another shell than bash and zsh
 */
export function completion(verbs: readonly Verb[], shell: string, services: readonly string[]): string {
  if (!["bash", "zsh"].includes(shell))
    throw new UserError(
      "completion.shell",
      `completion: Expected bash or zsh, found "${shell}". Type: source <(./barecast completion bash)`,
    );
  const known: Readonly<Record<string, readonly string[]>> = { ...continuations, logs: services };
  const rows = verbs.map(({ name, options }) => `    ${name}) words="${[...(known[name] ?? []), ...options, "--help"].join(" ")}" ;;`);
  return [
    ...(shell === "zsh"
      ? ["whence compdef >/dev/null || { autoload -U +X compinit && compinit; }", "autoload -U +X bashcompinit && bashcompinit"]
      : []),
    "_barecast() {",
    '  local words="" current="${COMP_WORDS[COMP_CWORD]}"',
    '  if [ "$COMP_CWORD" = 1 ]; then',
    `    words="${verbs.map(({ name }) => name).join(" ")} help --help --version"`,
    '  else case "${COMP_WORDS[1]}" in',
    ...rows,
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -F _barecast barecast ./barecast",
  ].join("\n");
}
