import { type RTCRtpCodecParameters, useH264, useNACK, useOPUS, usePCMA, usePCMU, usePLI, useREMB, useVP8 } from "werift";
import { RTCRtpCodecParameters as Parameters } from "werift";

const FEEDBACK = () => [useNACK(), usePLI(), useREMB()];
const rtx = (payloadType: number, apt: number) =>
  new Parameters({ mimeType: "video/rtx", clockRate: 90_000, payloadType, parameters: `apt=${apt}`, rtcpFeedback: [] });

/** What is offered and accepted, in this order; nothing is transcoded. */
export function codecs(): { audio: RTCRtpCodecParameters[]; video: RTCRtpCodecParameters[] } {
  return {
    audio: [useOPUS({ payloadType: 111, mimeType: "audio/opus", parameters: "minptime=10;useinbandfec=1" }), usePCMU(), usePCMA()],
    video: [
      useVP8({ payloadType: 96, rtcpFeedback: FEEDBACK() }),
      rtx(97, 96),
      useH264({ payloadType: 102, rtcpFeedback: FEEDBACK() }),
      rtx(103, 102),
    ],
  };
}
