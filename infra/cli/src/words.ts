import { RunnerError } from "@barecast/runner/api";
import { UserError, type ExitCode } from "@barecast/site";

/** How a command ends: its exit code, and what is told of it; null: nothing. */
export interface Ending {
  readonly exitCode: ExitCode;
  readonly failure: Failure | null;
}
/** What is told of a command that failed. */
export interface Failure {
  /** Stable, for scripts. */
  readonly code: string;
  readonly message: string;
  /** Last words of what failed, line by line. */
  readonly evidence?: readonly string[];
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

/** The ending for an error. Errors for people say what they say, with their evidence; everything else is a bug and shows its stack. Pure. */
export function endingOf(error: unknown): Ending {
  if (error instanceof UserError) return { exitCode: error.exitCode, failure: failureOf(error) };
  if (error instanceof RunnerError) return { exitCode: error.code === "locked" ? 3 : 4, failure: failureOf(error) };
  const { code = "", message, exitCode } = error as NodeJS.ErrnoException & { readonly exitCode?: number };
  if (code.startsWith("commander.")) return { exitCode: exitCode === 0 ? 0 : 2, failure: mistake(code, message) };
  const fix = refusals[code];
  return fix ? { exitCode: 3, failure: { code, message: `${message}. ${fix}` } } : { exitCode: 1, failure: bug(error) };
}

const failureOf = ({ code, message, evidence = [] }: Error & Failure): Failure => ({
  ...{ code, message },
  ...(evidence.length > 0 ? { evidence } : {}),
});

/** In the command line. Who asks for help or the version, or types nothing, has it on the screen. */
function mistake(code: string, message: string): Failure | null {
  if (code.startsWith("commander.help") || code === "commander.version") return null;
  const words = message.replace(/^error: (.)/, (_all, first: string) => first.toUpperCase());
  return { code: "usage", message: `${words}\nType: ./barecast help` };
}

function bug(error: unknown): Failure {
  const [message, ...evidence] = (error instanceof Error ? (error.stack ?? String(error)) : String(error)).split(/\n +(?=at )/);
  return { code: "bug", message: message!, ...(evidence.length > 0 ? { evidence } : {}) };
}

/** For people: after an empty line, the message and the evidence. */
export const failureText = ({ message, evidence = [] }: Failure) => ["", message, ...evidence.map((line) => `  ${line}`)].join("\n");
/** For scripts: one line. */
export const failureJson = (error: Failure) => JSON.stringify({ error });
