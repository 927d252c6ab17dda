import { UserError } from "@barecast/site";

/** Why a machine could not be made; stable, for callers and scripts. */
export type MachineErrorCode =
  | "machines.docker-unreachable"
  | "machines.docker-unsuitable"
  | "machines.image-missing"
  | "machines.in-use"
  | "machines.name-taken"
  | "machines.network-taken"
  | "machines.port-taken"
  | "machines.not-ready"
  | "machines.others"
  | "machines.wrong-address";

/** An error meant for the user: where, what is wrong, what was found, what to do; `evidence` has the machine's own last lines. */
export class MachineError extends UserError {
  constructor(
    code: MachineErrorCode,
    message: string,
    readonly evidence: readonly string[] = [],
  ) {
    super(code, message, 3);
    this.name = "MachineError";
  }
}
