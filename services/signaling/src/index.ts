export { startSignaling, type RunningSignaling, type SignalingOptions } from "./signaling";
export { configSchema, parseConfig, readConfig, readSecrets, ConfigError, type Config, type Secrets } from "./config";
export { turnCredentials } from "./turnCredentials";
export { createLog, type Log } from "./log";
