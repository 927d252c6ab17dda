import { RunnerError } from "../api";
import type { Context, Found, Handler } from "../engine/handler";
import { isSecret, secret, type Values, withoutMarks } from "../engine/values";
import { type DockerApi, DockerError } from "./api";
import { apiOf, common, createOrSettle, type DockerContext, deleteWhenFree, plain } from "./handler";
import { labelList, labelsOf, refuseForeign, withoutEmpty } from "./labels";

interface ContentInputs {
  name: string;
  data: string;
  labels?: { label: string; value: string }[];
}

interface Content {
  ID: string;
  Spec: { Name: string; Labels?: Record<string, string> | null; Data?: string };
}

const SHAPE = { name: "value", data: "value", labels: [{ label: "value", value: "value" }] } as const;

/** Swarm keeps both kinds alike: a name, labels and content that never change. */
type Kind = { path: "/secrets" | "/configs"; word: "Secret" | "Config" };

/** docker:index/secret:Secret */
export const secretHandler = (docker: DockerContext): Handler => contentHandler(docker, { path: "/secrets", word: "Secret" });
/** docker:index/serviceConfig:ServiceConfig */
export const configHandler = (docker: DockerContext): Handler => contentHandler(docker, { path: "/configs", word: "Config" });

function contentHandler(docker: DockerContext, kind: Kind): Handler {
  const type = common({ shape: SHAPE as never, required: ["name", "data"], replaces: ["*"] });
  const outputsOf = (inputs: Values, id: string): Values => {
    const { labels } = plain<ContentInputs>(inputs);
    const kept = { ...(withoutMarks(inputs) as Values), id, labels: labelList(labelsOf(labels)) };
    return kind.word === "Config" ? { ...kept, dataRaw: null } : { ...kept, data: hidden(inputs["data"]) };
  };
  return {
    ...type,
    // The content of a secret is secret whatever the program says of it.
    check: async (news, olds, context) => {
      const inputs = await type.check(news, olds, context);
      return kind.word === "Secret" ? { ...inputs, data: hidden(inputs["data"]) } : inputs;
    },
    create: async (news, context) => {
      const [api, inputs] = [apiOf(docker, context), plain<ContentInputs>(news)];
      const body = { Name: inputs.name, Labels: labelsOf(inputs.labels), Data: inputs.data };
      const create = async (): Promise<string> => (await api.post<{ ID: string }>(`${kind.path}/create`, body)).ID;
      const id = await createOrSettle(create, () => settle(docker, api, kind, inputs, context));
      return { id, outputs: outputsOf(news, id) };
    },
    // Nothing of it changes in place; an update only takes note of one that an interrupted run left.
    update: async (old, news) => outputsOf(news, old.id!),
    remove: (old, context) => deleteWhenFree(apiOf(docker, context), `${kind.path}/${old.id}`, context),
    read: async (old, context): Promise<Found> =>
      (await apiOf(docker, context).find(`${kind.path}/${old.id}`)) ? { drifted: [] } : "gone",
    settle: async (news, context) => {
      const id = await settle(docker, apiOf(docker, context), kind, plain(news), context);
      return id === "nothing" ? id : { id, outputs: outputsOf(news, id) };
    },
  };
}

const hidden = (value: unknown): unknown => (value === undefined || isSecret(value) ? value : secret(value));

/**
 * A config tells its content and is adopted when it is equal. A secret doesn't: it is made again, unless a service uses it, and
 * then its name, which carries an HMAC of the content, must do.
 */
async function settle(
  docker: DockerContext,
  api: DockerApi,
  kind: Kind,
  inputs: ContentInputs,
  context: Context,
): Promise<string | "nothing"> {
  const named = await api.get<Content[]>(kind.path, { filters: { name: [inputs.name] } });
  const found = named.find(({ Spec }) => Spec.Name === inputs.name);
  if (!found) return "nothing";
  refuseForeign(kind.word, inputs.name, found.Spec.Labels, docker.owner);
  const isLabelled = JSON.stringify(sortedLabels(found.Spec.Labels)) === JSON.stringify(sortedLabels(labelsOf(inputs.labels)));
  if (kind.word === "Config" && isLabelled && found.Spec.Data === inputs.data) return found.ID;
  try {
    await api.delete(`${kind.path}/${found.ID}`);
    context.log("info", "Left by an interrupted run: removed, to be made again");
    return "nothing";
  } catch (error) {
    if (!(error instanceof DockerError) || !/in use/.test(error.message)) throw error;
    if (kind.word === "Secret" && isLabelled) return found.ID;
    throw new RunnerError(
      "step-failed",
      `${kind.word} ${inputs.name}: Docker has one of this name with other content, and a service uses it. Give it a name that carries a hash of its content`,
    );
  }
}

const sortedLabels = (labels: Record<string, string> | null | undefined): unknown =>
  labelList(withoutEmpty(labels ?? {}) as Record<string, string>);
