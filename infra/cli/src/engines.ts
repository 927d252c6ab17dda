import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSecrets } from "@barecast/site";
import * as runner from "@barecast/runner";
import { makeScratch } from "@barecast/waiting";
import type { Stack } from "@pulumi/pulumi/automation";
import type { Context } from "./context";
import { engineHere, type EngineTitle } from "./engineHere";

/** What became, or would become, of one resource. `op` in Pulumi's words: create, update, replace, delete, same. */
export interface Change {
  readonly type: string;
  readonly name: string;
  readonly op: string;
  readonly changed: readonly string[];
}

/** Something that makes the Pulumi program true. Both keep the same state in the same place. */
export interface Engine {
  readonly title: EngineTitle;
  up(): Promise<Change[]>;
  preview(): Promise<Change[]>;
}

export interface EngineInput {
  readonly digestsFile: string;
  readonly publicPort: number;
  /** Whether to look first at what there is, which takes machines that run. */
  readonly refresh: boolean;
  /** Told before a resource is changed. */
  readonly onBegin?: () => void;
  /** Told of each step that ends, but not of what stays the same. */
  readonly onChange?: (change: Change & { readonly durationMs: number }) => void;
}

const programFolder = (context: Context) => path.join(context.project, "infra", "pulumi");
const settings = (context: Context, { digestsFile, publicPort }: EngineInput) => ({
  "barecast:project": context.project,
  "barecast:site": context.siteFile,
  "barecast:digests": digestsFile,
  "barecast:publicPort": String(publicPort),
});

/** The Pulumi CLI where it is installed, with its Docker plugin; the runner otherwise. */
export async function chooseEngine(context: Context, input: EngineInput): Promise<Engine> {
  const { title, remark } = await engineHere();
  if (remark !== undefined) context.progress.line(remark);
  return title === "pulumi" ? pulumiEngine(context, input) : runnerEngine(context, input);
}

async function runnerOptions(context: Context, input: EngineInput): Promise<runner.RunnerOptions> {
  const { pulumiPassphrase } = await openSecrets(context.site, context.place);
  return {
    program: path.join(programFolder(context), "dist", "index.js"),
    project: "barecast",
    stack: context.site.name,
    backend: context.place.backend,
    passphrase: pulumiPassphrase,
    config: settings(context, input),
    owner: { label: "barecast.site", value: context.site.name },
    refresh: input.refresh,
    signal: context.signal,
    onEvent: (event) => {
      if (event.kind === "log" && (event.severity === "warning" || event.severity === "error"))
        context.progress.line(`${event.severity}: ${event.message}`);
      if (event.kind === "start" && event.op !== "same") input.onBegin?.();
      if (event.kind === "end" && event.op !== "same") input.onChange?.(event);
    },
  };
}

async function runnerEngine(context: Context, input: EngineInput): Promise<Engine> {
  const options = await runnerOptions(context, input);
  const changes = async (work: Promise<runner.RunResult>) => (await work).resources;
  return {
    title: "runner",
    up: () => changes(runner.up(options)),
    preview: () => changes(runner.preview(options)),
  };
}

/** Through the Automation API: `pulumi` itself does the work, on the same file backend and passphrase. */
async function pulumiEngine(context: Context, input: EngineInput): Promise<Engine> {
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  const { pulumiPassphrase } = await openSecrets(context.site, context.place);
  // In a file: an environment can be read as long as the process lives.
  const folder = makeScratch("pulumi");
  const passphraseFile = path.join(folder, "passphrase");
  writeFileSync(passphraseFile, pulumiPassphrase, { mode: 0o600 });
  const stackOf = async () => {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: context.site.name, workDir: programFolder(context) },
      {
        envVars: { PULUMI_BACKEND_URL: `file://${context.place.backend}`, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile },
        secretsProvider: "passphrase",
      },
    );
    await stack.setAllConfig(Object.fromEntries(Object.entries(settings(context, input)).map(([key, value]) => [key, { value }])));
    return stack;
  };
  const collect = async (work: (stack: Stack, onEvent: (event: PulumiEvent) => void) => Promise<unknown>, isPreview = false) => {
    const changes: Change[] = [];
    const begun = new Map<string, number>();
    const onEvent = ({ resourcePreEvent: before, resOutputsEvent: after }: PulumiEvent) => {
      if (before) begun.set(before.metadata.urn, Date.now());
      if (before && before.metadata.op !== "same" && !isPreview) input.onBegin?.();
      const step = (isPreview ? before : after)?.metadata;
      if (!step) return;
      const { type, urn, op, diffs = [] } = step;
      const change = { type, name: urn.split("::").pop()!, op, changed: diffs };
      changes.push(change);
      if (!isPreview && op !== "same") input.onChange?.({ ...change, durationMs: Date.now() - (begun.get(urn) ?? Date.now()) });
    };
    try {
      await work(await stackOf(), onEvent);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return changes;
  };
  const { signal } = context;
  return {
    title: "pulumi",
    up: async () => {
      // Like the runner, the CLI goes on from what an interrupted run left behind only when that is settled first.
      await runner.settle(await runnerOptions(context, input));
      return collect((stack, onEvent) => stack.up({ onEvent, signal, suppressProgress: true, refresh: input.refresh }));
    },
    preview: () => collect((stack, onEvent) => stack.preview({ onEvent, signal, refresh: input.refresh }), true),
  };
}

interface PulumiEvent {
  readonly resourcePreEvent?: PulumiStep;
  readonly resOutputsEvent?: PulumiStep;
}

interface PulumiStep {
  readonly metadata: { readonly type: string; readonly urn: string; readonly op: string; readonly diffs?: string[] };
}
