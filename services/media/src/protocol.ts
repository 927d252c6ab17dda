// Over 150 lines: a table, a name a line; what reads it is the last quarter.
/**
 * What this server speaks of Kurento's API, in one place: the compiler holds the implementations to it, and signaling is held to it by a test.
 * Names, constructor parameters and events are those of kurento-client 7.3.0.
 */
export const PROTOCOL = {
  MediaObject: {
    parent: null,
    isCreatable: false,
    constructorParams: [],
    operations: [
      "addTag",
      "getChildren",
      "getCreationTime",
      "getMediaPipeline",
      "getName",
      "getParent",
      "getSendTagsInEvents",
      "getTag",
      "getTags",
      "removeTag",
      "setName",
      "setSendTagsInEvents",
    ],
    events: ["Error"],
  },
  ServerManager: {
    parent: "MediaObject",
    isCreatable: false,
    constructorParams: [],
    operations: ["getCpuCount", "getInfo", "getMetadata", "getPipelines", "getSessions", "getUsedCpu", "getUsedMemory"],
    events: ["ObjectCreated", "ObjectDestroyed"],
  },
  MediaPipeline: {
    parent: "MediaObject",
    isCreatable: true,
    constructorParams: [],
    operations: ["getLatencyStats", "setLatencyStats"],
    events: [],
  },
  MediaElement: {
    parent: "MediaObject",
    isCreatable: false,
    constructorParams: [],
    operations: [
      "connect",
      "disconnect",
      "getSinkConnections",
      "getSourceConnections",
      "getStats",
      "isMediaFlowingIn",
      "isMediaFlowingOut",
      "isMediaTranscoding",
    ],
    events: [
      "ElementConnected",
      "ElementDisconnected",
      "MediaFlowInStateChanged",
      "MediaFlowOutStateChanged",
      "MediaTranscodingStateChanged",
    ],
  },
  Endpoint: { parent: "MediaElement", isCreatable: false, constructorParams: [], operations: [], events: [] },
  SessionEndpoint: { parent: "Endpoint", isCreatable: false, constructorParams: [], operations: [], events: [] },
  SdpEndpoint: {
    parent: "SessionEndpoint",
    isCreatable: false,
    constructorParams: [],
    operations: [
      "generateOffer",
      "getLocalSessionDescriptor",
      "getMaxAudioRecvBandwidth",
      "getMaxVideoRecvBandwidth",
      "getRemoteSessionDescriptor",
      "processAnswer",
      "processOffer",
      "setMaxAudioRecvBandwidth",
      "setMaxVideoRecvBandwidth",
    ],
    events: [],
  },
  BaseRtpEndpoint: {
    parent: "SdpEndpoint",
    isCreatable: false,
    constructorParams: [],
    operations: [
      "getConnectionState",
      "getMaxVideoSendBandwidth",
      "getMediaState",
      "getMinVideoRecvBandwidth",
      "getMinVideoSendBandwidth",
      "setMaxVideoSendBandwidth",
      "setMinVideoRecvBandwidth",
      "setMinVideoSendBandwidth",
    ],
    events: ["ConnectionStateChanged", "MediaStateChanged"],
  },
  WebRtcEndpoint: {
    parent: "BaseRtpEndpoint",
    isCreatable: true,
    constructorParams: ["mediaPipeline", "recvonly", "sendonly"],
    operations: [
      "addIceCandidate",
      "gatherCandidates",
      "getICECandidatePairs",
      "getIceConnectionState",
      "getStunServerAddress",
      "getStunServerPort",
      "getTurnUrl",
      "setStunServerAddress",
      "setStunServerPort",
      "setTurnUrl",
    ],
    events: ["IceCandidateFound", "IceComponentStateChanged", "IceGatheringDone", "NewCandidatePairSelected"],
  },
  RtpEndpoint: {
    parent: "BaseRtpEndpoint",
    isCreatable: true,
    constructorParams: ["mediaPipeline"],
    operations: [],
    events: [],
  },
  UriEndpoint: {
    parent: "Endpoint",
    isCreatable: false,
    constructorParams: [],
    operations: ["getState", "getUri", "pause", "stop"],
    events: ["UriEndpointStateChanged"],
  },
  PlayerEndpoint: {
    parent: "UriEndpoint",
    isCreatable: true,
    constructorParams: ["mediaPipeline", "networkCache", "uri", "useEncodedMedia"],
    operations: ["getVideoInfo", "play"],
    events: ["EndOfStream"],
  },
  RecorderEndpoint: {
    parent: "UriEndpoint",
    isCreatable: true,
    constructorParams: ["mediaPipeline", "mediaProfile", "stopOnEndOfStream", "uri"],
    operations: ["record", "stopAndWait"],
    events: ["Paused", "Recording", "Stopped"],
  },
} as const;

export type TypeName = keyof typeof PROTOCOL;
/** JSON-RPC methods (`invoke` carries the operations of the table above). */
export const METHODS = [
  "closeSession",
  "connect",
  "create",
  "describe",
  "invoke",
  "ping",
  "release",
  "subscribe",
  "transaction",
  "unsubscribe",
] as const;
export type Method = (typeof METHODS)[number];

export type Params = Record<string, unknown>;
/** The implementations of one type's own operations: exactly those of the table. */
export type Operations<T extends TypeName, Self> = Record<
  (typeof PROTOCOL)[T]["operations"][number],
  (self: Self, params: Params) => unknown | Promise<unknown>
>;

/** The type and its ancestors, nearest first. */
export function lineage(type: TypeName): TypeName[] {
  const parent = PROTOCOL[type].parent;
  return parent === null ? [type] : [type, ...lineage(parent)];
}

/** Every event that an object of this type can send. */
export function eventsOf(type: TypeName): string[] {
  return lineage(type).flatMap((name) => [...PROTOCOL[name].events]);
}
