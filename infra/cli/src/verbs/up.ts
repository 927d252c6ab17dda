import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSecrets, UserError } from "@barecast/site";
import { alone, type Context } from "../context";
import { chooseEngine, type Change } from "../engines";
import { seconds } from "../progress";
import { build, type Built } from "../steps/build";
import { startMachines } from "../steps/machines";
import { removeOldImages } from "../steps/oldImages";
import { bringPrerequisites } from "../steps/prerequisites";
import { verify, verifyHealth } from "../steps/verify";
import { checkAll } from "./prepare";

/** What `up` tells a script with `--json`, on one line. */
export interface UpResult {
  readonly address: string;
  readonly port: number;
  readonly machineAddress: string;
  readonly operator: { readonly username: string; readonly password: string };
  readonly reporter: { readonly username: string; readonly password: string };
  readonly admin: { readonly username: string; readonly password: string };
  readonly caFile: string;
  readonly engine: string;
  readonly changes: Readonly<Record<string, number>>;
}

/** Makes the site true: check, prerequisites, images, machines, Hosts, Images, Platform, verify, old images. */
export const up = (context: Context): Promise<UpResult> => alone(context, "up", () => makeTrue(context));

async function makeTrue(context: Context): Promise<UpResult> {
  const { progress, site, place } = context;
  // Says that video flowed on the site as it is: gone with the first change, so that what an `up` did not live to prove the next one does.
  const proof = path.join(place.state, "verified");
  const onBegin = () => rmSync(proof, { force: true });
  const computer = await progress.step("Check", () => checkAll(context));
  await bringPrerequisites(context, computer);
  const built = await build(context);
  const machines = await startMachines(context, built, onBegin);
  const publicPort = machines.find(({ publicPort: port }) => port !== undefined)?.publicPort ?? site.ports.https;
  const engine = await chooseEngine(context, {
    digestsFile: built.digestsFile,
    publicPort,
    refresh: true,
    onBegin,
    onChange: ({ op, type, name, durationMs }) =>
      progress.line(`${op.padEnd(8)} ${type.split(":").pop()!.padEnd(14)} ${name.padEnd(28)} ${seconds(durationMs)}`),
  });
  const changes = await progress.step(`Platform (${engine.title})`, async (note) => {
    const found = await engine.up();
    note(summary(found));
    return found;
  });
  if (existsSync(proof)) await progress.step("Verify: the site answers", () => verifyHealth(context, 10_000));
  else {
    await verify(context);
    writeFileSync(proof, `${new Date().toISOString()}\n`);
  }
  if (changes.some(({ op }) => op === "update" || op === "replace")) await removeOld(context, built);
  const secrets = await openSecrets(site, place);
  return {
    address: `https://${site.domain}${publicPort === 443 ? "" : `:${publicPort}`}`,
    port: publicPort,
    machineAddress: site.hosts.find(({ roles }) => roles.includes("edge"))!.address,
    operator: { username: site.accounts.operator, password: secrets.operatorPassword },
    reporter: { username: "reporter", password: secrets.reporterPassword },
    admin: { username: site.accounts.admin, password: secrets.adminPassword },
    caFile: place.caCert,
    engine: engine.title,
    changes: count(changes),
  };
}

/** What stays is no failure of the site, which is up: it is told, and the next change looks again. */
const removeOld = (context: Context, { images }: Built) =>
  context.progress.step("Old images", async (note) => {
    const current = Object.values(images).map(({ name, digest }) => `${name}@${digest}`);
    const all = await removeOldImages(context, current).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      context.progress.line(error.message);
      return [];
    });
    for (const { problem } of all) if (problem !== undefined) context.progress.line(`${problem}. The next change looks again`);
    const { size } = new Set(all.flatMap((removed) => removed.images));
    note(size === 0 ? "none" : `${size} removed`);
  });

export const count = (changes: readonly Change[]): Record<string, number> =>
  changes.reduce<Record<string, number>>((sum, { op }) => ({ ...sum, [op]: (sum[op] ?? 0) + 1 }), {});

export function summary(changes: readonly Change[]): string {
  const counts = Object.entries(count(changes)).filter(([op]) => op !== "same");
  return counts.length === 0
    ? `${changes.length} resources, nothing to change`
    : counts.map(([op, number]) => `${number} ${op}`).join(", ");
}

export const upText = ({ address, operator, reporter, admin, caFile }: UpResult): string =>
  [
    "",
    `  ${address}`,
    `  operator  ${operator.username}  ${operator.password}`,
    `  reporter  ${reporter.username}  ${reporter.password}  (${address}/report/)`,
    `  admin     ${admin.username}  (./barecast open dashboard; password: ./barecast secrets show ${admin.username})`,
    `  Browsers must trust ${caFile}; \`./barecast open\` starts one that does`,
  ].join("\n");
