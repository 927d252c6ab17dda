import { sshArguments, sshProblem } from "@barecast/ansible";
import { UserError } from "@barecast/site";
import type { Context } from "../context";
import { run } from "../run";

const managerOf = ({ site }: Context) => site.hosts.find(({ roles }) => roles.includes("manager"))!;
/** What ssh itself ends with; everything else is the command's. */
const ofSsh = 255;

/** A shell command on the site's manager, as root. */
export function onManager(context: Context, input: string) {
  const { place, signal } = context;
  const manager = managerOf(context);
  const shell = manager.ssh.user === "root" ? "sh -s" : "sudo -n sh -s";
  return run("ssh", [...sshArguments(manager, place), shell], { input, timeoutMs: 10_000, signal });
}

/** What a command on the manager prints. @throws UserError `site.silent` when it fails there, or nobody answers */
export async function answerOf(context: Context, command: string): Promise<string> {
  const { code, stdout, stderr } = await onManager(context, command);
  if (code === 0) return stdout;
  if (code === ofSsh) throw new UserError("site.silent", sshProblem(managerOf(context).name, stderr), 4);
  const found = stderr.trim() || (code === null ? "no answer within 10 s" : `exit code ${code}`);
  throw new UserError("site.silent", `The site's manager does not answer: ${found}. Run: ./barecast up`, 4);
}
