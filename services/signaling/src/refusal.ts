import type { ErrorCode } from "./messages";

/** A request that is refused for a reason its sender may read. Everything else that is thrown is a bug. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}
