import { existsSync } from "node:fs";
import path from "node:path";
import { imagesPresent } from "@barecast/images";
import type { Context } from "../context";
import { imagesOf } from "../steps/build";
import { look, problemsOf, refuseWith, type Computer } from "../steps/check";

/** Looks at the computer and the site, refuses with every problem together, changes nothing. */
export async function checkAll(context: Context): Promise<Computer> {
  const isCold = !existsSync(path.join(context.cache, "oci")) || !(await imagesPresent({ ...sourceOf(context), names: imagesOf(context) }));
  const computer = await look(context);
  refuseWith(problemsOf(computer, { isCold }));
  return computer;
}

export const sourceOf = ({ site, project, cache }: Context) => ({ source: site.images, project, cache });
