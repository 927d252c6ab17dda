import { UserError } from "@barecast/site";
import { Command } from "commander";
import { serviceKeys } from "@barecast/stack";
import { contextOf, type Context } from "./context";
import { build, loadMachineImages } from "./steps/build";
import { bringPrerequisites } from "./steps/prerequisites";
import { completion } from "./verbs/completion";
import { down } from "./verbs/down";
import { pinImages, pinText } from "./verbs/images";
import { logs } from "./verbs/logs";
import { open } from "./verbs/open";
import { plan, planText } from "./verbs/plan";
import { checkAll } from "./verbs/prepare";
import { listSecrets, readInput, setSecret, showPassword } from "./verbs/secrets";
import { status, statusText } from "./verbs/status";
import { up, type UpResult } from "./verbs/up";
import { verify } from "./steps/verify";
import { endingOf, interrupted } from "./words";

const abort = new AbortController();
const program = new Command("barecast")
  .description("A live-streaming platform on your own servers. The site: SITE=sites/<name>.yaml, default the replica")
  .exitOverride()
  .showHelpAfterError("Type: ./barecast help")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: (.)/, (_all, first: string) => first.toUpperCase())) });

function verb(
  name: string,
  description: string,
  act: (context: Context, options: Record<string, unknown>, ...given: string[]) => Promise<string | object | void>,
) {
  const command = program.command(name).description(description).option("--json", "one line of JSON for scripts");
  command.action(async (...given: unknown[]) => {
    const self = given.pop() as Command;
    const context = contextOf(process.env, { json: Boolean(self.opts().json) }, abort.signal);
    const result = await act(context, self.opts(), ...(given as string[]));
    if (result !== undefined) process.stdout.write(`${typeof result === "string" ? result : JSON.stringify(result)}\n`);
  });
  return command;
}

const upText = (result: UpResult) =>
  [
    "",
    `  ${result.address}`,
    `  operator  ${result.operator.username}  ${result.operator.password}`,
    `  reporter  ${result.reporter.username}  ${result.reporter.password}  (${result.address}/report/)`,
    `  admin     ${result.admin.username}  (./barecast open dashboard; password: ./barecast secrets show ${result.admin.username})`,
    `  Browsers must trust ${result.caFile}; \`./barecast open\` starts one that does`,
  ].join("\n");

verb("check", "look at the site file and this computer; change nothing", async (context) => {
  await checkAll(context);
  return context.json ? { ok: true } : `${context.siteFile}: Nothing stands in the way`;
});
verb("plan", "what `up` would change, resource by resource", async (context) => {
  const found = await plan(context);
  return context.json ? found : planText(found.changes);
});
verb("build", "build the site's images into the cache, and its machines' images into Docker", async (context) => {
  await bringPrerequisites(context, await checkAll(context));
  const built = await build(context);
  await loadMachineImages(context, built);
  return context.json ? Object.fromEntries(Object.values(built.images).map(({ name, digest }) => [name, digest])) : undefined;
});
verb("up", "make the site true, and prove it", async (context) => {
  const result = await up(context);
  return context.json ? result : upText(result);
});
verb("status", "what runs where, since when, which version, what is unhealthy and why", async (context) => {
  const found = await status(context);
  return context.json ? found : statusText(found);
});
verb("logs <service>", "a service's last lines", async (context, options, service) => {
  const found = await logs(context, service!, String(options.lines));
  if (found.incomplete !== null) context.progress.line(`Lines may be missing: ${found.incomplete}`);
  return found.lines.join("\n");
}).option("-n, --lines <number>", "how many", "100");
verb("open [what]", "a browser that trusts the site; `open dashboard`: Parse's dashboard, by SSH, for admins", (context, _options, what) =>
  open(context, what),
);
verb("verify", "publish a stamped clip, and see that it comes back", async (context) => {
  await verify(context);
});
verb("down", "remove what `up` made", async (context, options) => {
  const result = await down(context, Boolean(options.wipe));
  if (context.json) return result;
  return [
    `Removed: ${result.removed.length === 0 ? "nothing was there" : result.removed.join(", ")}`,
    ...(result.hasLostData ? ["With the machine went the site's recordings and database"] : []),
    ...(result.kept.length > 0 ? ["Kept:", ...result.kept.map((text) => `  ${text}`)] : []),
  ].join("\n");
}).option("--wipe", "the caches and the site's secrets, too");

verb(
  "secrets <action> [name]",
  "list; `set NAME` from standard input: passwords that the site file names; `show ACCOUNT`: its password",
  async (context, _options, action, name) => {
    if (action === "list") return context.json ? await listSecrets(context) : (await listSecrets(context)).join("\n");
    if (action === "show") return showPassword(context, name);
    if (action !== "set" || name === undefined) {
      const found = [action, name].filter(Boolean).join(" ");
      throw new UserError(
        "secrets.action",
        `secrets: Expected list, set NAME or show ACCOUNT, found "${found}". Type: ./barecast help secrets`,
      );
    }
    await setSecret(context, name, await readInput());
    return context.json ? { ok: true } : `${name}: Set. It takes effect with the next: ./barecast up`;
  },
);

verb("images <action>", "pin: resolve the tags of the official images to digests", async (context, { output }, action) => {
  const found = await pinImages(context, action!, output as string | undefined);
  return context.json ? found : pinText(found);
}).option("-o, --output <file>", "instead of the image table's own file");

program
  .command("completion <shell>")
  .description("a script for bash or zsh: source <(./barecast completion bash)")
  .action((shell: string) => {
    const { site } = contextOf(process.env, { json: false }, abort.signal);
    const verbs = program.commands.map((command) => ({
      name: command.name(),
      options: command.options.flatMap(({ short, long }) => [short, long].filter((option) => option != null)),
    }));
    process.stdout.write(`${completion(verbs, shell, serviceKeys(site))}\n`);
  });

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const isSecond = abort.signal.aborted;
    process.stderr.write(`\n${isSecond ? interrupted().message : "Stopping after the steps that run; once more to stop at once"}\n`);
    if (isSecond) process.exit(130);
    abort.abort(interrupted());
  });
}

// A reader that wants no more (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

program.parseAsync().then(
  () => process.exit(0),
  (error: unknown) => {
    // Whatever fails after Ctrl-C fails because of it.
    const { exitCode, words } = endingOf(abort.signal.aborted ? abort.signal.reason : error);
    if (words !== "") process.stderr.write(`${words}\n`);
    process.exit(exitCode);
  },
);
