import { UserError } from "@barecast/site";
import type { Context } from "../context";
import { answerOf, onManager } from "../steps/manager";
import { requireUp } from "../steps/running";

/** The last lines of a service's log, of all its tasks. @throws UserError when there is no such service, with those that are there */
export async function logs(context: Context, service: string, lines: string): Promise<string> {
  if (!/^[1-9]\d{0,5}$/.test(lines))
    throw new UserError("logs.lines", `--lines: Expected a whole number from 1 to 999999, found "${lines}"`);
  await requireUp(context);
  const { name: site } = context.site;
  const names = (await answerOf(context, "docker service ls --format '{{.Name}}'")).split("\n").filter((line) => line !== "");
  if (names.length === 0) throw new UserError("site.down", `${site}: Expected services on it, found none yet. Run: ./barecast up`, 4);
  const name = names.find((each) => each === service || each === `${site}-${service}`);
  if (!name) {
    const known = names.map((each) => each.replace(`${site}-`, "")).sort();
    throw new UserError(
      "logs.service",
      `logs: Expected one of ${known.join(", ") || "no services, there are none yet"}, found "${service}"`,
    );
  }
  const found = await onManager(context, `timeout 8 docker service logs --no-trunc --raw --tail ${lines} ${name} 2>&1`);
  if (found.code !== 0 && found.code !== 124) throw new UserError("logs", `${name}: ${found.stdout.trim() || found.stderr.trim()}`, 4);
  return found.stdout;
}
