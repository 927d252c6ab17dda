import type { RTCIceCandidateInit } from "werift";
import { KurentoError } from "../errors";
import type { Operations, Params } from "../protocol";
import { COMPONENT_ID, STREAM_ID } from "./iceReport";
import { numberParam, stringParam } from "./mediaObject";
import { parseTurn } from "./turn";
import type { WebRtcEndpoint } from "./webRtcEndpoint";

function candidateParam(params: Params): RTCIceCandidateInit {
  const value = params["candidate"] as Params | undefined;
  if (typeof value !== "object" || value === null) throw new KurentoError("MARSHALL_ERROR", "'candidate' parameter should be an object");
  const { sdpMid, sdpMLineIndex } = value;
  return {
    candidate: stringParam(value, "candidate"),
    sdpMid: typeof sdpMid === "string" ? sdpMid : undefined,
    sdpMLineIndex: typeof sdpMLineIndex === "number" ? sdpMLineIndex : undefined,
  };
}

export const webRtcEndpointOperations: Operations<"WebRtcEndpoint", WebRtcEndpoint> = {
  addIceCandidate: (self, params) => self.addIceCandidate(candidateParam(params)),
  gatherCandidates: (self) => self.ice.gather(),
  getICECandidatePairs: (self) => self.ice.pairs(),
  getIceConnectionState: (self) => [
    { __module__: "kurento", __type__: "IceConnection", componentId: COMPONENT_ID, state: self.ice.state, streamId: String(STREAM_ID) },
  ],
  getStunServerAddress: (self) => self.stunAddress,
  getStunServerPort: (self) => self.stunPort,
  getTurnUrl: (self) => self.turnUrl,
  setStunServerAddress: (self, params) => void (self.stunAddress = stringParam(params, "stunServerAddress")),
  setStunServerPort: (self, params) => void (self.stunPort = numberParam(params, "stunServerPort")),
  setTurnUrl: (self, params) => {
    const url = stringParam(params, "turnUrl");
    parseTurn(url);
    self.turnUrl = url;
  },
};
