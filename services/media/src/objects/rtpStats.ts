import type { Kind } from "../media/packet";
import type { Params } from "../protocol";

/** Fields that every RTP statistic of a real server has and that have no meaning here. */
const STAT_BASE = {
  __module__: "kurento",
  associateStatsId: "",
  codecId: "",
  firCount: 0,
  isRemote: false,
  mediaTrackId: "",
  remb: 0,
  sliCount: 0,
  transportId: "",
};

export interface RtpCounts {
  id: string;
  kind: Kind;
  ssrc: number;
  packets: number;
  bytes: number;
  packetsLost: number;
  fractionLost: number;
  nackCount: number;
  pliCount: number;
}

export const inboundStats = ({
  id,
  ssrc,
  packets,
  bytes,
  packetsLost,
  fractionLost,
  nackCount,
  pliCount,
  jitter,
  remb,
}: RtpCounts & { jitter: number; remb: number }) => ({
  ...STAT_BASE,
  ...{ __type__: "RTCInboundRTPStreamStats", type: "inboundrtp", id, ssrc, timestampMillis: Date.now() },
  ...{ packetsReceived: packets, bytesReceived: bytes, packetsLost, fractionLost, nackCount, pliCount, jitter, remb },
});

export const outboundStats = ({
  id,
  ssrc,
  packets,
  bytes,
  packetsLost,
  fractionLost,
  nackCount,
  pliCount,
  roundTripTime,
}: RtpCounts & { roundTripTime: number }) => ({
  ...STAT_BASE,
  ...{ __type__: "RTCOutboundRTPStreamStats", type: "outboundrtp", id, ssrc, timestampMillis: Date.now() },
  ...{ packetsSent: packets, bytesSent: bytes, packetsLost, fractionLost, nackCount, pliCount, roundTripTime, targetBitrate: 0 },
});

/** The element's own entry in `getStats`; latencies are not measured here and are 0. */
export function endpointStats(id: string, kinds: Kind[]): Params {
  const latency = kinds.map((kind) => ({
    __module__: "kurento",
    __type__: "MediaLatencyStat",
    avg: 0,
    name: `sink_${kind}_default`,
    type: kind.toUpperCase(),
  }));
  return {
    __module__: "kurento",
    __type__: "EndpointStats",
    E2ELatency: latency,
    id,
    inputLatency: latency,
    timestampMillis: Date.now(),
    type: "endpoint",
  };
}
