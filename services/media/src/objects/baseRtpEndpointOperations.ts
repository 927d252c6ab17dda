import { KurentoError } from "../errors";
import type { Operations, Params } from "../protocol";
import type { BaseRtpEndpoint } from "./baseRtpEndpoint";
import { numberParam, stringParam } from "./mediaObject";

const noDescription = (type: "SDP_END_POINT_NO_LOCAL_SDP_ERROR" | "SDP_END_POINT_NO_REMOTE_SDP_ERROR", side: string) =>
  new KurentoError(type, `No ${side} session descriptor`);

function setBandwidth(field: keyof BaseRtpEndpoint["bandwidths"], name: string) {
  return (self: BaseRtpEndpoint, params: Params) => {
    self.bandwidths[field] = numberParam(params, name);
    self.applyBandwidths();
  };
}

export const sdpEndpointOperations: Operations<"SdpEndpoint", BaseRtpEndpoint> = {
  generateOffer: (self, params) => self.generateOffer((params["options"] as Params | undefined) ?? {}),
  getLocalSessionDescriptor: (self) => {
    if (self.localSdp === undefined) throw noDescription("SDP_END_POINT_NO_LOCAL_SDP_ERROR", "local");
    return self.localSdp;
  },
  getRemoteSessionDescriptor: (self) => {
    if (self.remoteSdp === undefined) throw noDescription("SDP_END_POINT_NO_REMOTE_SDP_ERROR", "remote");
    return self.remoteSdp;
  },
  getMaxAudioRecvBandwidth: (self) => self.bandwidths.maxAudioRecv,
  getMaxVideoRecvBandwidth: (self) => self.bandwidths.maxVideoRecv,
  processAnswer: (self, params) => self.processAnswer(stringParam(params, "answer")),
  processOffer: (self, params) => self.processOffer(stringParam(params, "offer")),
  setMaxAudioRecvBandwidth: setBandwidth("maxAudioRecv", "maxAudioRecvBandwidth"),
  setMaxVideoRecvBandwidth: setBandwidth("maxVideoRecv", "maxVideoRecvBandwidth"),
};

export const baseRtpEndpointOperations: Operations<"BaseRtpEndpoint", BaseRtpEndpoint> = {
  getConnectionState: (self) => self.connectionState,
  getMediaState: (self) => self.mediaState,
  getMaxVideoSendBandwidth: (self) => self.bandwidths.maxVideoSend,
  getMinVideoRecvBandwidth: (self) => self.bandwidths.minVideoRecv,
  getMinVideoSendBandwidth: (self) => self.bandwidths.minVideoSend,
  setMaxVideoSendBandwidth: setBandwidth("maxVideoSend", "maxVideoSendBandwidth"),
  setMinVideoRecvBandwidth: setBandwidth("minVideoRecv", "minVideoRecvBandwidth"),
  setMinVideoSendBandwidth: setBandwidth("minVideoSend", "minVideoSendBandwidth"),
};
