import type { Values } from "../engine/values";

/** A task of a service, as Docker lists it. */
export interface Task {
  ID: string;
  NodeID?: string;
  Slot?: number;
  DesiredState: string;
  ServiceID?: string;
  SpecVersion?: unknown;
  Status: { State: string; Timestamp: string; Message?: string; Err?: string; ContainerStatus?: { ContainerID?: string } };
  Spec?: Values;
}

/** A service as Docker inspects it. */
export interface Service {
  ID: string;
  Version: { Index: number };
  Spec: Values & { Name: string; Labels?: Record<string, string>; TaskTemplate: Values };
  UpdateStatus?: { State?: string; Message?: string; StartedAt?: string; CompletedAt?: string };
}

/** A process that keeps up this long after its start counts as running, where no healthcheck says more. */
const STEADY_MS = 1000;
const FAILED = new Set(["failed", "rejected", "orphaned"]);

/** Whether the spec has Docker look after the health of its containers. */
export const hasHealthcheck = (spec: Values): boolean => {
  const container = (spec["TaskTemplate"] as { ContainerSpec?: { Healthcheck?: { Test?: string[] } } } | undefined)?.ContainerSpec;
  return (container?.Healthcheck?.Test ?? []).some((word) => word !== "NONE");
};

/**
 * Why a service isn't what its spec says yet, or null. With a healthcheck Docker calls a task running only when it is healthy;
 * without one the task must have kept up for a second, longer once one of its kind has failed.
 */
export function unsettled(tasks: Task[], wanted: number, isProbed: boolean, nowMs: number): string | null {
  const meant = tasks.filter(({ DesiredState }) => DesiredState === "running");
  const steadyMs = tasks.some(({ Status }) => FAILED.has(Status.State)) ? 5 * STEADY_MS : STEADY_MS;
  const isUp = ({ Status }: Task): boolean => Status.State === "running" && (isProbed || nowMs - Date.parse(Status.Timestamp) >= steadyMs);
  const up = meant.filter(isUp).length;
  if (up >= wanted && meant.length <= wanted) return null;
  const waiting = meant.filter((task) => !isUp(task)).map(({ Status }) => Status.Err || Status.Message || Status.State);
  const why = [...new Set(waiting)].join("; ");
  return `${up} of ${wanted} tasks are running${why ? ` (${why})` : ""}`;
}

/**
 * So many tasks of one slot may end before a service counts as one that can't start. What it needs (a database, a volume) is there
 * already: services are made in the order of their needs, each awaited, and those that may come up without theirs wait themselves. One
 * task may end by a hiccup of the engine, and another by what that one left; four in a row end alike for ever.
 */
const TASKS_IN_A_ROW = 4;

/**
 * Why waiting longer is vain, or null: a slot's tasks end one after the other, or Swarm's restart policy makes no more of them.
 * @param ended tasks that ended by themselves since the waiting began
 */
export function crashLoop(ended: Task[], spec: Values): string | null {
  const { RestartPolicy = {} } = spec["TaskTemplate"] as { RestartPolicy?: { Condition?: string; MaxAttempts?: number } };
  const { Condition = "any", MaxAttempts = 0 } = RestartPolicy;
  const most = Condition === "none" ? 1 : MaxAttempts > 0 ? Math.min(MaxAttempts + 1, TASKS_IN_A_ROW) : TASKS_IN_A_ROW;
  const slotOf = ({ Slot, NodeID }: Task): unknown => Slot ?? NodeID;
  const looping = ended.map((task) => ended.filter((other) => slotOf(other) === slotOf(task))).find(({ length }) => length >= most);
  if (!looping) return null;
  const { Status } = newestFirst(looping)[0]!;
  const how = Status.Err || Status.Message || Status.State;
  return looping.length === 1 ? `its task ended: ${how}` : `${looping.length} tasks ended one after the other, the last: ${how}`;
}

/** Whether a task ended by itself; one that Swarm took away (an update, a drained node) is shut down. */
export const hasEnded = ({ Status }: Task): boolean => ["failed", "rejected", "complete"].includes(Status.State);

/** Whether a task's container can tell why it doesn't run: it failed, or isn't healthy yet. One that was taken away can't. */
export const hasReason = ({ Status }: Task): boolean =>
  !!Status.ContainerStatus?.ContainerID && ["failed", "complete", "starting"].includes(Status.State);

/** The task whose container can tell why a service doesn't run: the newest that failed, or isn't healthy yet. Others of it may be well. */
export const failedContainer = (tasks: Task[]): Task | undefined => newestFirst(tasks.filter(hasReason))[0];

const newestFirst = (tasks: Task[]): Task[] => [...tasks].sort((one, other) => (one.Status.Timestamp < other.Status.Timestamp ? 1 : -1));

/** What the state of an update means: it goes on, is done, or went wrong. */
export function updateOutcome(status: Service["UpdateStatus"]): "going" | "done" | "failed" {
  const state = status?.State ?? "";
  if (state === "" || state === "completed") return "done";
  return ["paused", "rollback_completed", "rollback_paused"].includes(state) ? "failed" : "going";
}

/** Lines that say how the tasks of a service failed, newest first. */
export function taskErrors(tasks: Task[]): string[] {
  return newestFirst(tasks.filter(({ Status }) => FAILED.has(Status.State) || Status.Err))
    .slice(0, 5)
    .map(({ ID, NodeID, Status }) => `task ${ID} on node ${NodeID ?? "none"}: ${Status.State}: ${Status.Err || Status.Message || ""}`);
}
