export { RunnerError } from "./api";
export type { Op, ResourceResult, RunnerErrorCode, RunnerEvent, RunnerOptions, RunResult } from "./api";
export { destroy, preview, refresh, settle, up } from "./run";
