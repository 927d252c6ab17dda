import { UserError } from "@barecast/site";
import type { Context } from "../context";
import type { Finished } from "../run";
import { answerOf, onManager } from "../steps/manager";
import { requireRunning } from "../steps/running";

/** The last lines of a service's log, of all its tasks. */
export interface Logs {
  /** As `status` names it. */
  readonly service: string;
  readonly lines: readonly string[];
  /** Why lines may be missing; null: none is. */
  readonly incomplete: string | null;
}

/**
 * The last `lines` lines of a service's log, found by its name with or without the site's.
 * @throws UserError `logs.lines` when `lines` is no number, `logs.service` when there is no such service, with those that are there, `site.down` when
 * no manager runs or nothing was made yet, `site.silent` when none answers, `logs` with Docker's words
 */
export async function logs(context: Context, service: string, lines: string): Promise<Logs> {
  if (!/^[1-9]\d{0,5}$/.test(lines))
    throw new UserError("logs.lines", `--lines: Expected a whole number from 1 to 999999, found "${lines}"`);
  const managers = await requireRunning(context, "manager");
  const { name: site } = context.site;
  const names = (await answerOf(context, managers, "docker service ls --format '{{.Name}}'")).split("\n").filter((line) => line !== "");
  if (names.length === 0) throw new UserError("site.down", `${site}: Expected services on it, found none yet. Run: ./barecast up`, 4);
  const name = names.find((each) => each === service || each === `${site}-${service}`);
  if (!name) {
    const known = names.map((each) => each.replace(`${site}-`, "")).sort();
    throw new UserError("logs.service", `logs: Expected one of ${known.join(", ")}, found "${service}"`);
  }
  const command = `timeout ${patienceS} docker service logs --no-trunc --raw --tail ${lines} ${name} 2>&1`;
  return { service: name.replace(`${site}-`, ""), ...linesOf(name, await onManager(context, managers, command)) };
}

/** So long the hosts may take to send their lines. */
const patienceS = 8;
/** What timeout(1) ends with. */
const late = 124;

/**
 * Lines of a log out of what `docker service logs` left. It fails, after the lines of the others, where a host that had a task of the service is
 * gone, and waits for one that is only just. Pure. @throws UserError `logs` with Docker's words when it failed for another reason
 */
export function linesOf(name: string, { code, stdout, stderr }: Finished): Pick<Logs, "lines" | "incomplete"> {
  if (code === 0) return { lines: split(stdout), incomplete: null };
  if (code === late) return { lines: split(stdout), incomplete: `not all hosts sent their lines within ${patienceS} s` };
  const end = /(?<=^|\n)[^\n]*incomplete log stream[^\n]* reasons: ([^\n]*)\s*$/.exec(stdout);
  if (end) return { lines: split(stdout.slice(0, end.index)), incomplete: end[1]! };
  throw new UserError("logs", `${name}: ${stdout.trim() || stderr.trim()}`, 4);
}

const split = (text: string) => (text.trimEnd() === "" ? [] : text.trimEnd().split("\n"));
