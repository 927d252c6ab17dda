export {
  applicationId,
  ConfigError,
  configSchema,
  loadConfig,
  loadSecrets,
  parseConfig,
  type ParseConfig,
  type ParseSecrets,
} from "./config";
export { parseOptions } from "./options";
export { definitions } from "./schema";
export { dashboardPort } from "./dashboard";
export { startParse, type StartedParse } from "./server";
