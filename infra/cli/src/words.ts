import { RunnerError } from "@barecast/runner";
import { UserError } from "@barecast/site";

/** How a command ends: its exit code, and what is told of it. */
export interface Ending {
  readonly exitCode: number;
  readonly words: string;
}

/** Ctrl-C: running steps end, no other begins. */
export const interrupted = () => new UserError("interrupted", "Interrupted. The same command goes on from here", 130);

/** The operator's computer says no; what to do. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: "Type sudo before the same command",
  EPERM: "Type sudo before the same command",
  ENOSPC: "Make room on that disk",
  EDQUOT: "Make room on that disk",
  EROFS: "That disk is read-only: move the project, BARECAST_STATE or BARECAST_CACHE to another",
};

/**
 * The ending for an error. Errors for people say what they say, with their evidence; everything else is a bug and shows its stack. Pure.
 * Exit codes: 1 a bug, 2 the site file or the command line, 3 this computer, 4 the site or a host, 5 verify failed, 130 interrupted.
 */
export function endingOf(error: unknown): Ending {
  if (error instanceof UserError) return { exitCode: error.exitCode, words: wordsOf(error) };
  if (error instanceof RunnerError) return { exitCode: error.code === "locked" ? 3 : 4, words: wordsOf(error) };
  const { code = "", message, stack, exitCode } = error as NodeJS.ErrnoException & { readonly exitCode?: number };
  // Of the command line. Its words were told as it was thrown; asking for help is no mistake.
  if (code.startsWith("commander.")) return { exitCode: exitCode === 0 ? 0 : 2, words: "" };
  const fix = refusals[code];
  return fix ? { exitCode: 3, words: `\n${message}. ${fix}` } : { exitCode: 1, words: stack ?? String(error) };
}

const wordsOf = ({ message, evidence = [] }: Error & { readonly evidence?: readonly string[] }) =>
  ["", message, ...evidence.map((line) => `  ${line}`)].join("\n");
