import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "@barecast/site";
import { machineStatus } from "@barecast/machines";
import type { Context, Told } from "../context";
import { run } from "../run";
import { requireRunning } from "../steps/running";
import { openDashboard } from "./dashboard";

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] as const;

/** What `open` shows: the control room, or Parse's dashboard for as long as the command runs. Scripts are told the address, and see no browser. */
export async function open(context: Context, what = "console", tell: (told: Told) => void): Promise<void> {
  if (what !== "console" && what !== "dashboard") throw new UserError("open.what", `open ${what}: Expected console or dashboard`);
  if (what === "dashboard")
    return openDashboard(context, (address) => {
      tell({ json: { address }, text: `${address}  (for admins; until Ctrl-C)` });
      if (!context.json) startBrowser(context, address).catch((error: Error) => context.progress.line(error.message));
    });
  await requireRunning(context, "edge");
  const address = await consoleAddress(context);
  if (!context.json) await startBrowser(context, address);
  tell({ json: { address, caFile: context.place.caCert }, text: address });
}

async function consoleAddress({ site }: Context): Promise<string> {
  const port = (await machineStatus(site)).find(({ publicPort }) => publicPort !== undefined)?.publicPort ?? site.ports.https;
  return `https://${site.domain}${port === 443 ? "" : `:${port}`}/`;
}

/** Starts a browser with the site's authority in a profile of its own. /etc/hosts and the system's trust store are not touched. */
async function startBrowser({ place }: Context, address: string): Promise<void> {
  const found = (
    await Promise.all(browsers.map(async (name) => ((await run("/bin/sh", ["-c", `command -v ${name}`])).code === 0 ? name : null)))
  ).find((name) => name !== null);
  if (!found)
    throw new UserError(
      "open.browser",
      `Expected Chromium or Chrome, found neither. Install one, or open ${address} in a browser that trusts ${place.caCert}`,
      3,
    );
  const home = path.join(place.state, "browser");
  const database = path.join(home, ".pki", "nssdb");
  mkdirSync(database, { recursive: true, mode: 0o700 });
  const trust = await run("certutil", ["-d", `sql:${database}`, "-A", "-t", "C,,", "-n", "barecast", "-i", place.caCert]);
  if (trust.code !== 0) throw new UserError("open.trust", `certutil: ${trust.stderr.trim()}. Install libnss3-tools`, 3);
  spawn(found, [`--user-data-dir=${path.join(home, "profile")}`, address], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, HOME: home },
  }).unref();
}
