import type { Operations } from "../protocol";
import { booleanParam, type Context, MediaObject } from "./mediaObject";

export class MediaPipeline extends MediaObject {
  /** Kept for the client; latencies are not measured here. */
  latencyStats = false;
  constructor(context: Context) {
    super("MediaPipeline", context);
  }
}

export const mediaPipelineOperations: Operations<"MediaPipeline", MediaPipeline> = {
  getLatencyStats: (self) => self.latencyStats,
  setLatencyStats: (self, params) => void (self.latencyStats = booleanParam(params, "latencyStats")),
};
