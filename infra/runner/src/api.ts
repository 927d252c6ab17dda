/** What a caller asks of the runner. */
export interface RunnerOptions {
  /** Folder with Pulumi.yaml or package.json's `main`, or the path of the compiled module to run. */
  program: string;
  project: string;
  stack: string;
  /** Folder that holds `.pulumi/`, in the layout of the CLI's file backend. */
  backend: string;
  /** Passphrase of the state's secrets. */
  passphrase: string;
  /** Plain settings by `project:key`. */
  config: Record<string, string>;
  /** Secret settings by `project:key`. */
  secretConfig?: Record<string, string>;
  /** The label that says that an object in Docker belongs to this site. */
  owner: { label: string; value: string };
  /** Added to the environment of the program and of dynamic resources. */
  env?: Record<string, string>;
  /**
   * Whether `up` and `preview` look first at what there is, as `pulumi up --refresh`: what somebody removed is made again, what somebody changed
   * is put right. Default: no, as the CLI's.
   */
  refresh?: boolean;
  /** Steps that may run at once; default 16. */
  parallel?: number;
  /** What `destroy` does about protected resources: refuses (default), keeps them and what they need, or deletes them too. */
  onProtected?: "refuse" | "keep" | "delete";
  /** Told of every step as it starts and ends, and of every message of the program. */
  onEvent?: (event: RunnerEvent) => void;
  /** Ctrl-C: running steps end, the state is saved, then the call rejects with code `interrupted`. */
  signal?: AbortSignal;
}

/** What is done to a resource. `replace` creates the new one before the old one is deleted. */
export type Op = "create" | "update" | "replace" | "delete" | "same" | "refresh";

/** One thing that happened in a run, in its order. */
export type RunnerEvent =
  | { kind: "start"; urn: string; type: string; name: string; op: Op; changed: string[] }
  | { kind: "end"; urn: string; type: string; name: string; op: Op; changed: string[]; durationMs: number; error?: string }
  | { kind: "log"; severity: "debug" | "info" | "warning" | "error"; message: string; urn?: string };

/** What became (or, for a preview, would become) of one resource. */
export interface ResourceResult {
  urn: string;
  type: string;
  name: string;
  op: Op;
  /** Paths of the properties that differ, as `taskSpec.containerSpec.env.GREETING`. */
  changed: string[];
}

/** The result of a run that ended well. */
export interface RunResult {
  changes: Partial<Record<Op, number>>;
  /** The stack's outputs; a secret output is `[secret]`. */
  outputs: Record<string, unknown>;
  resources: ResourceResult[];
  /** Whether the state file was written. */
  isStateWritten: boolean;
  durationMs: number;
}

/** Why a run was refused or failed; stable, for callers and scripts. */
export type RunnerErrorCode =
  | "bad-option"
  | "bad-state"
  | "interrupted"
  | "locked"
  | "program-failed"
  | "protected"
  | "step-failed"
  | "unsupported"
  | "wrong-passphrase";

/** An error meant for the user: what is wrong, what was found, what to do, and the evidence beside it. */
export class RunnerError extends Error {
  constructor(
    readonly code: RunnerErrorCode,
    message: string,
    /** Lines that show the cause: a service's last log lines, the program's stack, the state of its tasks. */
    readonly evidence: string[] = [],
  ) {
    super(message);
    this.name = "RunnerError";
  }
}
