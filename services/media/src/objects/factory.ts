import { KurentoError } from "../errors";
import { lineage, PROTOCOL, type Params, type TypeName } from "../protocol";
import { baseRtpEndpointOperations, sdpEndpointOperations } from "./baseRtpEndpointOperations";
import { mediaElementOperations } from "./mediaElementOperations";
import { type Context, type MediaObject, mediaObjectOperations, stringParam } from "./mediaObject";
import { MediaPipeline, mediaPipelineOperations } from "./mediaPipeline";
import { PlayerEndpoint, playerEndpointOperations } from "./playerEndpoint";
import { RecorderEndpoint, recorderEndpointOperations } from "./recorderEndpoint";
import { RtpEndpoint } from "./rtpEndpoint";
import { uriEndpointOperations } from "./uriEndpoint";
import { serverManagerOperations } from "./serverManager";
import { WebRtcEndpoint } from "./webRtcEndpoint";
import { webRtcEndpointOperations } from "./webRtcEndpointOperations";

type AnyOperations = Record<string, (self: never, params: Params) => unknown>;

/** Each type's own operations; the compiler holds each table to {@link PROTOCOL}. */
const OPERATIONS: Record<TypeName, AnyOperations> = {
  MediaObject: mediaObjectOperations,
  ServerManager: serverManagerOperations,
  MediaPipeline: mediaPipelineOperations,
  MediaElement: mediaElementOperations,
  Endpoint: {},
  SessionEndpoint: {},
  SdpEndpoint: sdpEndpointOperations,
  BaseRtpEndpoint: baseRtpEndpointOperations,
  WebRtcEndpoint: webRtcEndpointOperations,
  RtpEndpoint: {},
  UriEndpoint: uriEndpointOperations,
  PlayerEndpoint: playerEndpointOperations,
  RecorderEndpoint: recorderEndpointOperations,
};

function pipelineParam(context: Context, params: Params): MediaPipeline {
  const pipeline = context.registry.get(stringParam(params, "mediaPipeline"));
  if (!(pipeline instanceof MediaPipeline))
    throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `Object '${pipeline.id}' is no MediaPipeline`);
  return pipeline;
}

type Create = (context: Context, params: Params) => MediaObject;
const CREATORS: Record<string, Create> = {
  MediaPipeline: (context) => new MediaPipeline(context),
  WebRtcEndpoint: (context, params) => new WebRtcEndpoint(context, pipelineParam(context, params), params),
  RtpEndpoint: (context, params) => new RtpEndpoint(context, pipelineParam(context, params)),
  PlayerEndpoint: (context, params) => new PlayerEndpoint(context, pipelineParam(context, params), params),
  RecorderEndpoint: (context, params) => new RecorderEndpoint(context, pipelineParam(context, params), params),
};

const bare = (type: string) => type.replace(/^kurento\./, "");

/** @throws {@link KurentoError} for a type this server doesn't have. */
export function createObject(context: Context, type: string, params: Params): MediaObject {
  const name = bare(type);
  const create = Object.hasOwn(CREATORS, name) ? CREATORS[name] : undefined;
  if (!create) throw new KurentoError("MEDIA_OBJECT_TYPE_NOT_FOUND", `Class '${type}' not found`);
  const object = create(context, params);
  context.registry.add(object);
  return object;
}

/** @throws {@link KurentoError} for an operation the object doesn't have. */
export async function invoke(object: MediaObject, operation: string, params: Params): Promise<unknown> {
  for (const type of lineage(object.type)) {
    const table = OPERATIONS[type];
    if (Object.hasOwn(table, operation)) return (await table[operation]!(object as never, params)) ?? null;
  }
  throw new KurentoError("MEDIA_OBJECT_METHOD_NOT_FOUND", `Method '${operation}' not found in kurento.${object.type}`);
}

/** Answer to `describe`. */
export const description = ({ type }: MediaObject) => ({
  hierarchy: lineage(type)
    .slice(1)
    .map((name) => `kurento.${name}`),
  qualifiedType: `kurento.${type}`,
  type,
});

/** Constructor parameters this server reads; others are ignored as a real server ignores them. */
export const creatableTypes = () => (Object.keys(PROTOCOL) as TypeName[]).filter((type) => PROTOCOL[type].isCreatable);
