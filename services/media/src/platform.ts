/**
 * What the platform uses of Kurento's API: each method, event and constructor parameter, with the type that has it. Signaling is the only
 * caller; a test reads its door to Kurento and fails on anything that is not named here. A site with the official image needs no more.
 */
export const PLATFORM = {
  /** Made by type, with these parameters. */
  types: {
    MediaPipeline: [],
    WebRtcEndpoint: ["mediaPipeline"],
    PlayerEndpoint: ["mediaPipeline", "networkCache", "uri", "useEncodedMedia"],
    RecorderEndpoint: ["mediaPipeline", "mediaProfile", "uri"],
  },
  methods: {
    addIceCandidate: "WebRtcEndpoint",
    addTag: "MediaObject",
    connect: "MediaElement",
    gatherCandidates: "WebRtcEndpoint",
    getPipelines: "ServerManager",
    getTag: "MediaObject",
    play: "PlayerEndpoint",
    processOffer: "SdpEndpoint",
    record: "RecorderEndpoint",
    setMaxVideoRecvBandwidth: "SdpEndpoint",
    setMaxVideoSendBandwidth: "BaseRtpEndpoint",
    stopAndWait: "RecorderEndpoint",
  },
  events: {
    EndOfStream: "PlayerEndpoint",
    Error: "MediaObject",
    IceCandidateFound: "WebRtcEndpoint",
    IceComponentStateChanged: "WebRtcEndpoint",
    IceGatheringDone: "WebRtcEndpoint",
    MediaFlowOutStateChanged: "MediaElement",
    MediaStateChanged: "BaseRtpEndpoint",
    Stopped: "RecorderEndpoint",
  },
  /** What kurento-client asks for by itself. */
  clientMethods: { getInfo: "ServerManager" },
  /** JSON-RPC methods that kurento-client needs for the above, and to keep its session. */
  requests: ["connect", "create", "describe", "invoke", "ping", "release", "subscribe"],
} as const;
