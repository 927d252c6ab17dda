import { existsSync } from "node:fs";
import { machineStatus } from "@barecast/machines";
import { UserError } from "@barecast/site";
import type { Context } from "../context";

/** @throws UserError `site.down` when the site was never made here, or when a machine of it does not run */
export async function requireUp({ site, place }: Context): Promise<void> {
  const resting = (await machineStatus(site)).find(({ state }) => state !== "running");
  if (resting)
    throw new UserError(
      "site.down",
      `hosts.${resting.name}: Expected its machine to run, found it ${resting.state}. Run: ./barecast up`,
      4,
    );
  if (!existsSync(place.secrets))
    throw new UserError("site.down", `${site.name}: Expected the site's secrets in ${place.secrets}, found none. Run: ./barecast up`, 4);
}
