import { Command } from "commander";
import { contextOf, version, type Context, type Told } from "./context";
import { completion, knownServices, verbsOf } from "./verbs/completion";

/** `given`: words and options of the command line. `tell`: for a verb that goes on after it has told something. */
type Act = (context: Context, given: Given, tell: (told: Told) => void) => Promise<Told | void>;
interface Given {
  readonly words: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * The command line: every verb, what it takes, and what it tells. `print` gets whole lines for standard output; errors are thrown, those of the
 * command line as commander's.
 */
export function commands(env: NodeJS.ProcessEnv, signal: AbortSignal, print: (line: string) => void): Command {
  const program = new Command("barecast")
    .description("A live-streaming platform on your own servers. The site: SITE=sites/<name>.yaml, default the replica")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), outputError: () => undefined });
  for (const { name, description, act, options = [] } of verbs) {
    const command = program.command(name).description(description).option("--json", "one line of JSON for scripts");
    for (const each of options) command.option(...each);
    command.action(async () => {
      const context = contextOf(env, { json: Boolean(command.opts().json) }, signal);
      const tell = ({ json, text }: Told) => {
        if (context.json) print(JSON.stringify(json));
        else if (text !== undefined) print(text);
      };
      const told = await act(context, { words: command.processedArgs as (string | undefined)[], options: command.opts() }, tell);
      if (told) tell(told);
    });
  }
  program
    .command("completion <shell>")
    .description("a script for bash or zsh: source <(./barecast completion bash)")
    .action((shell: string) => print(completion(verbsOf(program), shell, knownServices(env))));
  return program;
}

interface Verb {
  /** With what it takes, as commander reads it. */
  readonly name: string;
  readonly description: string;
  readonly act: Act;
  readonly options?: readonly (readonly [flags: string, description: string, byDefault?: string])[];
}

/** What a verb needs is loaded when it is typed: the whole, the media server's protocols among it, takes a second. */
const verbs: readonly Verb[] = [
  {
    name: "check",
    description: "look at the site file and this computer; change nothing",
    act: async (context) => {
      const { checkAll } = await import("./verbs/prepare.js");
      await checkAll(context);
      return { json: { ok: true }, text: `${context.siteFile}: Nothing stands in the way` };
    },
  },
  {
    name: "plan",
    description: "what `up` would change, resource by resource",
    act: async (context) => {
      const { plan, planText } = await import("./verbs/plan.js");
      const found = await plan(context);
      return { json: found, text: planText(found.changes) };
    },
  },
  {
    name: "build",
    description: "build the site's images into the cache, and its machines' images into Docker",
    act: async (context) => {
      const { buildAll } = await import("./verbs/build.js");
      return { json: await buildAll(context) };
    },
  },
  {
    name: "up",
    description: "make the site true, and prove it",
    act: async (context) => {
      const { up, upText } = await import("./verbs/up.js");
      const result = await up(context);
      return { json: result, text: upText(result) };
    },
  },
  {
    name: "status",
    description: "what runs where, since when, which version, what is unhealthy and why",
    act: async (context) => {
      const { status, statusText } = await import("./verbs/status.js");
      const found = await status(context);
      return { json: found, text: statusText(found) };
    },
  },
  {
    name: "logs <service>",
    description: "a service's last lines",
    options: [["-n, --lines <number>", "how many", "100"]],
    act: async (context, { words: [service], options }) => {
      const { logs } = await import("./verbs/logs.js");
      const found = await logs(context, service!, String(options.lines));
      if (found.incomplete !== null && !context.json) context.progress.line(`Lines may be missing: ${found.incomplete}`);
      return { json: found, text: found.lines.join("\n") };
    },
  },
  {
    name: "open [what]",
    description: "a browser that trusts the site; `open dashboard`: Parse's dashboard, by SSH, for admins; with --json the address alone",
    act: async (context, { words: [what] }, tell) => {
      const { open } = await import("./verbs/open.js");
      return open(context, what, tell);
    },
  },
  {
    name: "verify",
    description: "publish a stamped clip, and see that it comes back",
    act: async (context) => {
      const { verify } = await import("./steps/verify.js");
      return { json: await verify(context) };
    },
  },
  {
    name: "down",
    description: "remove what `up` made",
    options: [
      ["--servers", "take the site off your own servers, too; what was recorded stays on them"],
      ["--wipe", "the caches and the site's secrets, too; with --servers also what was recorded"],
    ],
    act: async (context, { options: { wipe, servers } }) => {
      const { down, downText } = await import("./verbs/down.js");
      const result = await down(context, { wipe: Boolean(wipe), servers: Boolean(servers) });
      return { json: result, text: downText(result) };
    },
  },
  {
    name: "secrets <action> [name]",
    description: "list; `set NAME` from standard input: passwords that the site file names; `show ACCOUNT`: its password",
    act: async (context, { words: [action, name] }) => {
      const { secrets } = await import("./verbs/secrets.js");
      return secrets(context, action!, name);
    },
  },
  {
    name: "images <action>",
    description: "pin: resolve the tags of the official images to digests",
    options: [["-o, --output <file>", "instead of the image table's own file"]],
    act: async (context, { words: [action], options }) => {
      const { pinImages, pinText } = await import("./verbs/images.js");
      const found = await pinImages(context, action!, options.output as string | undefined);
      return { json: found, text: pinText(found) };
    },
  },
];
