import { SessionDescription } from "werift";
import { parseRtpSdp } from "../media/rtpSdp";
import { trimDescription } from "../webrtc/offer";

/** What a message says to whoever reads it; a mutation that says the same is not broken. */
export type Reading = (message: string) => string;

const UNREADABLE = "unreadable";

function readingBy(read: (message: string) => unknown): Reading {
  return (message) => {
    try {
      return JSON.stringify(read(message)) ?? UNREADABLE;
    } catch {
      return UNREADABLE;
    }
  };
}

export const jsonReading = readingBy(JSON.parse);
export const sdpReadings = {
  /** Written anew by werift, in which what it doesn't know is left out. */
  WebRtcEndpoint: readingBy((sdp) => SessionDescription.parse(trimDescription(sdp)).string),
  RtpEndpoint: readingBy(parseRtpSdp),
};

/** Breaks the message anew with each call, until it is broken. */
export function breakerOf(reading: Reading, whole: string, breakIt: (whole: string) => string): () => string {
  const meant = reading(whole);
  return () => {
    for (;;) {
      const broken = breakIt(whole);
      if (reading(broken) !== meant) return broken;
    }
  };
}
