/** What happened to one task on one host. `changed` may carry paths as evidence, a failure its last lines. */
export interface TaskEvent {
  readonly event: "task";
  readonly host: string;
  readonly role: string;
  readonly task: string;
  readonly status: "ok" | "changed" | "skipped" | "failed" | "ignored" | "unreachable";
  readonly ms: number;
  readonly evidence?: readonly string[];
}

export interface TaskStart {
  readonly event: "start";
  readonly host: string;
  readonly role: string;
  readonly task: string;
}

/** Counts per host, at the end of a run. */
export interface HostCounts {
  readonly ok: number;
  readonly changed: number;
  readonly failures: number;
  readonly skipped: number;
  readonly unreachable: number;
}

export interface RunStats {
  readonly event: "stats";
  readonly hosts: Readonly<Record<string, HostCounts>>;
}

export type AnsibleEvent = TaskStart | TaskEvent | RunStats;

/** One line of the callback plugin's output; undefined for anything else (warnings of Ansible itself). Pure. */
export function eventOf(line: string): AnsibleEvent | undefined {
  if (!line.startsWith('{"event"')) return undefined;
  try {
    return JSON.parse(line) as AnsibleEvent;
  } catch {
    return undefined;
  }
}
