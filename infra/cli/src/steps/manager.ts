import { sshArguments, sshProblem } from "@barecast/ansible";
import { UserError, type Host } from "@barecast/site";
import type { Context } from "../context";
import { run, type Finished } from "../run";

/** What ssh itself ends with; everything else is the command's. */
export const ofSsh = 255;

/** How long a manager has that took the connection: it is asked just when it is overloaded. Whoever takes none is given up after five seconds. */
const managerMs = 30_000;

/** What a command left, and the host that it ran on, or that could not be asked. */
export interface Answer extends Finished {
  readonly host: Host;
}

/** A shell command, as root, on a host. */
export async function onHost(
  { place, signal }: Pick<Context, "place" | "signal">,
  host: Host,
  input: string,
  timeoutMs: number,
): Promise<Answer> {
  const shell = host.ssh.user === "root" ? "sh -s" : "sudo -n sh -s";
  return { host, ...(await run("ssh", [...sshArguments(host, place), shell], { input, timeoutMs, signal })) };
}

/** The same on the first of a swarm's managers that answers: one knows what the others know. */
export async function onManager(
  context: Pick<Context, "place" | "signal">,
  [host, ...others]: readonly Host[],
  input: string,
): Promise<Answer> {
  const answer = await onHost(context, host!, input, managerMs);
  const isSilent = answer.code === ofSsh || answer.code === null;
  return isSilent && others.length > 0 ? onManager(context, others, input) : answer;
}

/** What a command that failed said of it, or how it ended. @param withoutEnd for one that was ended, since it took too long */
export const lastWords = ({ code, stderr }: Pick<Finished, "code" | "stderr">, withoutEnd: string): string =>
  stderr.trim() || (code === null ? withoutEnd : `exit code ${code}`);

/** What a command on a manager prints. @throws UserError `site.silent` when it fails there, or nobody answers */
export async function answerOf(context: Pick<Context, "place" | "signal">, managers: readonly Host[], command: string): Promise<string> {
  const { code, stdout, stderr, host } = await onManager(context, managers, command);
  if (code === 0) return stdout;
  if (code === ofSsh) throw new UserError("site.silent", sshProblem(host.name, stderr), 4);
  const found = lastWords({ code, stderr }, `no answer within ${managerMs / 1000} s`);
  throw new UserError("site.silent", `The site's manager does not answer: ${found}. Run: ./barecast up`, 4);
}
