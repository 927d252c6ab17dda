import { UserError } from "@barecast/site";

export type AnsibleErrorCode =
  "ansible.missing" | "ansible.image" | "ansible.task" | "ansible.unreachable" | "ansible.run" | "ansible.probe";

/** A host could not be made what the site wants. `message` names host, role and task; `evidence` has the task's own last lines. */
export class AnsibleError extends UserError {
  constructor(
    code: AnsibleErrorCode,
    message: string,
    readonly evidence: readonly string[] = [],
  ) {
    super(code, message, 4);
    this.name = "AnsibleError";
  }
}
