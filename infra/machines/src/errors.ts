/** Why a machine could not be made; stable, for callers and scripts. */
export type MachineErrorCode =
  | "docker-unreachable"
  | "docker-unsuitable"
  | "image-missing"
  | "name-taken"
  | "network-taken"
  | "no-free-port"
  | "not-ready"
  | "wrong-address";

/** An error meant for the user: where, what is wrong, what was found, what to do; `evidence` has the machine's own last lines. */
export class MachineError extends Error {
  constructor(
    readonly code: MachineErrorCode,
    message: string,
    readonly evidence: readonly string[] = [],
  ) {
    super(message);
    this.name = "MachineError";
  }
}
