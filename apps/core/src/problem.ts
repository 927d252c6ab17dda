import type { ErrorCode } from "@barecast/signaling/messages";

/** A request was refused or could not be made; `message` is for people. `offline`: the server was not reached. */
export class Problem extends Error {
  constructor(
    readonly code: ErrorCode | "offline",
    message: string,
  ) {
    super(message);
  }
}

/** Whether trying the same again later can help. */
export function isPassing(problem: unknown): boolean {
  const passing: readonly string[] = ["offline", "mediaUnavailable", "accountsUnavailable", "internal", "tooMany", "mediaRefused"];
  return problem instanceof Problem && passing.includes(problem.code);
}
