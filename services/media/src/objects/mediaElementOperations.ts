import { KurentoError } from "../errors";
import type { Operations, Params } from "../protocol";
import { type Connection, DEFAULT_PAD, kindOf, MEDIA_TYPES, MediaElement, type MediaType } from "./mediaElement";
import { stringParam } from "./mediaObject";

function typeParam(params: Params, name: string): MediaType[] {
  const value = params[name];
  if (value === undefined || value === null) return [...MEDIA_TYPES];
  if (!MEDIA_TYPES.includes(value as MediaType))
    throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be one of ${MEDIA_TYPES.join(", ")}`);
  return [value as MediaType];
}

function sinkParam(self: MediaElement, params: Params): MediaElement {
  const sink = self.lookUp(stringParam(params, "sink"));
  if (!(sink instanceof MediaElement))
    throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `Object '${sink.id}' is no media element`);
  return sink;
}

const connectionData = ({ source, sink, type }: Connection) => ({
  __module__: "kurento",
  __type__: "ElementConnectionData",
  sink: sink.id,
  sinkDescription: DEFAULT_PAD,
  source: source.id,
  sourceDescription: DEFAULT_PAD,
  type,
});

const ofType = (params: Params) => {
  const types = typeParam(params, "mediaType");
  return ({ type }: Connection) => types.includes(type);
};

const kindsParam = (params: Params) => typeParam(params, "mediaType").flatMap((type) => kindOf(type) ?? []);

/** What clients call on every element. */
export const mediaElementOperations: Operations<"MediaElement", MediaElement> = {
  connect: (self, params) => {
    const sink = sinkParam(self, params);
    for (const type of typeParam(params, "mediaType")) self.connect(sink, type);
  },
  disconnect: (self, params) => {
    const sink = sinkParam(self, params);
    for (const type of typeParam(params, "mediaType")) self.disconnect(sink, type);
  },
  getSinkConnections: (self, params) => self.sinkConnections.filter(ofType(params)).map(connectionData),
  getSourceConnections: (self, params) => self.sourceConnections.filter(ofType(params)).map(connectionData),
  getStats: (self, params) => self.stats(kindsParam(params)),
  isMediaFlowingIn: (self, params) => kindsParam(params).some((kind) => self.flowsIn[kind]),
  isMediaFlowingOut: (self, params) => kindsParam(params).some((kind) => self.outputs[kind].flow.isFlowing),
  isMediaTranscoding: () => false,
};
