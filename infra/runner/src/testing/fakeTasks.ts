import type { Values } from "../engine/values";

/** Tasks of the in-memory Docker's services. They run at once, unless the service fails. */
export class FakeTasks {
  /** How many tasks of a service have crashed. They stay in its history. */
  private readonly crashed: Record<string, number> = {};
  /** Services whose rollback somebody has seen. Only then is the task that brought it shown as failed: no two answers are of one moment. */
  readonly seenBack = new Set<string>();

  /** What a task that crashed has said: one frame of Docker's multiplexed stream. */
  log(id: string): Buffer {
    const text = Buffer.from(`no camera: ${id}\n`);
    return Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, text.length]), text]);
  }

  of({ id, name, ...rest }: Values & { id: string; name: string }, fails: "rollback" | "never" | "crash" | undefined): Values[] {
    const { Mode } = rest["Spec"] as { Mode: { Replicated?: { Replicas: number } } };
    const slots = Array.from({ length: Mode.Replicated?.Replicas ?? 1 }, (_, slot) => slot);
    const task = (ID: string, Slot: number, State: string, Err = "", second = 0): Values => ({
      ID,
      ServiceID: id,
      NodeID: "node1",
      Slot,
      DesiredState: State === "running" ? "running" : "shutdown",
      Status: {
        State,
        Timestamp: `2026-01-01T00:00:${String(second).padStart(2, "0")}Z`,
        Err,
        ContainerStatus: { ContainerID: `container.${ID}` },
      },
    });
    if (fails === "never") return slots.map((slot) => task(`${id}.${slot}`, slot, "rejected", "No such image: base:bookworm"));
    const tried = this.seenBack.has(name) ? task(`${id}.new`, 0, "failed", "task: non-zero exit (3)", 1) : task(`${id}.new`, 0, "starting");
    if (fails === "rollback") return [...slots.map((slot) => task(`${id}.${slot}`, slot, "running")), tried];
    if (fails === "crash") this.crashed[name] = (this.crashed[name] ?? -1) + 1;
    const past = Array.from({ length: this.crashed[name] ?? 0 }, (_, n) => task(`${id}.0.${n}`, 0, "failed", "task: non-zero exit (3)", n));
    return fails === "crash" ? past : [...past, ...slots.map((slot) => task(`${id}.${slot}`, slot, "running"))];
  }
}
