import { randomUUID } from "node:crypto";
import { RunnerError, type RunnerOptions } from "../api";
import type { Handler } from "../engine/handler";
import { changedPaths } from "../engine/paths";
import { secret, type Values } from "../engine/values";

const DOCKER_SETTINGS = new Set(["host", "sshOpts", "version", "disableDockerDaemonCheck", "__internal"]);

const outputsOf = ({ __internal: _internal, ...outputs }: Values): Values => outputs;

/** Providers themselves: they hold settings, and change in place. */
const provider: Omit<Handler, "check"> = {
  diff: (old, news) => ({ changed: changedPaths(old.inputs, news), replaces: [], deleteBeforeReplace: false }),
  foresee: (_old, news) => outputsOf(news),
  create: async (news) => ({ id: randomUUID(), outputs: outputsOf(news) }),
  update: async (_old, news) => outputsOf(news),
  remove: async () => {},
  read: async () => ({ drifted: [] }),
  settle: async () => "nothing",
};

/** pulumi:providers:docker */
export const dockerProvider: Handler = {
  ...provider,
  check: (news, _olds, { name }) => {
    const foreign = Object.keys(news).filter((key) => !DOCKER_SETTINGS.has(key));
    if (foreign.length > 0)
      throw new RunnerError(
        "unsupported",
        `${name}: ${foreign.join(", ")}: The runner's Docker provider knows host and sshOpts only. Use the Pulumi CLI for more`,
      );
    return Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null && value !== undefined));
  },
};

/** pulumi:providers:pulumi-nodejs */
export const dynamicProvider: Handler = { ...provider, check: (news) => news };

/** Inputs of a package's default provider: a dynamic provider takes the program's settings; any other those of its package. */
export function defaultProviderInputs({ config, secretConfig = {} }: RunnerOptions, type: string, version: string): Values {
  const secrets = Object.fromEntries(Object.entries(secretConfig).map(([key, value]) => [key, secret(value)]));
  const all: Values = { ...config, ...secrets };
  if (type === "pulumi:providers:pulumi-nodejs") return all;
  const prefix = `${type.slice("pulumi:providers:".length)}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return { ...Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])), ...(version ? { version } : {}) };
}
