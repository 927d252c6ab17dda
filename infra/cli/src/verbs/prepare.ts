import { existsSync } from "node:fs";
import path from "node:path";
import type { Context } from "../context";
import { problemsOf, refuseWith } from "../steps/check";
import { look, type Computer } from "../steps/look";

/** Looks at the computer and the site, refuses with every problem together, changes nothing. */
export async function checkAll(context: Context): Promise<Computer> {
  const isCold = !existsSync(path.join(context.cache, "oci"));
  const machines = context.site.hosts.some(({ machine }) => machine) ? context.site.network.machines : null;
  const computer = await look(context);
  refuseWith(problemsOf(computer, { isCold, machines }));
  return computer;
}
