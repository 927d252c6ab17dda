import { defaultConfig, type MediaConfig } from "./config";
import { createLog, type Log } from "./log";
import { type MediaServer, runMediaServer } from "./mediaServer";

export { ConfigError, loadConfig, type MediaConfig } from "./config";
export type { MediaServer, MediaStats } from "./mediaServer";
export { PLATFORM } from "./platform";
export { METHODS, PROTOCOL } from "./protocol";
export { makeSocketsPrompt } from "./webrtc/promptSockets";

/**
 * Starts a media server in this process. Fields that are left out have their defaults (see `MediaConfig`); `controlPort: 0` takes a free one.
 * @throws when the control port or the media address can't be had.
 */
export function startMediaServer(config: Partial<MediaConfig> = {}, log?: Log): Promise<MediaServer> {
  const full = Object.freeze({ ...defaultConfig(), ...config });
  return runMediaServer(full, log ?? createLog(full.logLevel));
}
