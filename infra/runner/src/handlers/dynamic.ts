import * as grpc from "@grpc/grpc-js";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { type Context, type Handler, type Made, NotConverged, StepError } from "../engine/handler";
import { changedPaths } from "../engine/paths";
import { markSecrets, reveal, type Values, withoutMarks } from "../engine/values";
import type { DynamicProcess } from "../host/dynamicProcess";
import { fromStruct, toStruct } from "../host/structs";

const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;

/** pulumi-nodejs:dynamic:Resource, whose functions run in the SDK's own process. It takes no secrets: they are marked again in its answers. */
export function dynamicHandler(process: DynamicProcess): Handler {
  const make = async (news: Values, context: Context): Promise<Made> => {
    const request = new provider.CreateRequest().setUrn(context.urn).setProperties(plainStruct(news));
    const answer = await process.call<provider.CreateResponse>("create", request, context).catch((error: unknown) => {
      throw failed(error as grpc.ServiceError, news);
    });
    return { id: answer.getId(), outputs: outputsFrom(answer.getProperties(), news) };
  };
  return {
    check: async (news, olds, context) => {
      const request = new provider.CheckRequest()
        .setUrn(context.urn)
        .setOlds(plainStruct(olds ?? {}))
        .setNews(plainStruct(news));
      const answer = await process.call<provider.CheckResponse>("check", request, context);
      const failures = answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
      if (failures.length > 0) throw new StepError(failures.join("; "));
      return markSecrets(fromStruct(answer.getInputs()), news) as Values;
    },
    diff: async (old, news, context) => {
      const request = new provider.DiffRequest()
        .setId(old.id!)
        .setUrn(context.urn)
        .setOlds(plainStruct(old.outputs))
        .setNews(plainStruct(news));
      const answer = await process.call<provider.DiffResponse>("diff", request.setOldInputs(plainStruct(old.inputs)), context);
      const paths = changedPaths(old.inputs, news);
      const isChanged = answer.getChanges() === DIFF_SOME || (answer.getChanges() !== DIFF_NONE && paths.length > 0);
      // What it was asked may be unchanged, and yet it sees a difference (a host that was reinstalled).
      const changed = !isChanged ? [] : paths.length > 0 ? paths : ["(found changed)"];
      return { changed, replaces: answer.getReplacesList(), deleteBeforeReplace: answer.getDeletebeforereplace() };
    },
    foresee: (_old, news) => withoutMarks(news) as Values,
    create: make,
    update: async (old, news, context) => {
      const request = new provider.UpdateRequest()
        .setId(old.id!)
        .setUrn(context.urn)
        .setOlds(plainStruct(old.outputs))
        .setNews(plainStruct(news));
      const answer = await process
        .call<provider.UpdateResponse>("update", request.setOldInputs(plainStruct(old.inputs)), context)
        .catch((error: unknown) => {
          throw failed(error as grpc.ServiceError, news);
        });
      return outputsFrom(answer.getProperties(), news);
    },
    remove: async (old, context) => {
      const request = new provider.DeleteRequest().setId(old.id!).setUrn(context.urn).setProperties(plainStruct(old.outputs));
      await process.call("delete", request.setOldInputs(plainStruct(old.inputs)), context);
    },
    read: async (old, context) => {
      const request = new provider.ReadRequest()
        .setId(old.id!)
        .setUrn(context.urn)
        .setProperties(plainStruct(old.outputs))
        .setInputs(plainStruct(old.inputs));
      const answer = await process.call<provider.ReadResponse>("read", request, context);
      if (answer.getId() === "") return "gone";
      const outputs = outputsFrom(answer.getProperties(), old.inputs);
      return { drifted: changedPaths(old.outputs, outputs), outputs };
    },
    // A create that was interrupted is asked for again; the provider's own create must be able to go on.
    settle: async () => "nothing",
  };
}

const plainStruct = (values: Values): ReturnType<typeof toStruct> => toStruct(reveal<Values>(withoutRawState(values)));
const withoutRawState = ({ __pulumi_raw_state_delta: _delta, ...values }: Values): Values => values;
const outputsFrom = (struct: Parameters<typeof fromStruct>[0], inputs: Values): Values => markSecrets(fromStruct(struct), inputs) as Values;

/** The error of a create or update; with an id in its details the resource exists, and isn't what it should be. */
function failed(error: grpc.ServiceError, inputs: Values): Error {
  const detail = initFailure(error);
  const message = error.details || error.message;
  if (!detail) return new StepError(message);
  return new NotConverged([message, ...detail.getReasonsList()].join("; "), {
    id: detail.getId(),
    outputs: outputsFrom(detail.getProperties(), inputs),
  });
}

function initFailure(error: grpc.ServiceError): provider.ErrorResourceInitFailed | undefined {
  const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  // Loaded when needed only: it has no types of its own.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Status } = require("@pulumi/pulumi/proto/status_pb") as { Status: { deserializeBinary(bytes: Uint8Array): StatusMessage } };
  const any = Status.deserializeBinary(bytes).getDetailsList()[0];
  return any && provider.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
}

interface StatusMessage {
  getDetailsList(): { getValue_asU8(): Uint8Array }[];
}
