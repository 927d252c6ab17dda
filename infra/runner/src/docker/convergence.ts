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

/** What the state of an update means: it goes on, is done, or went wrong. */
export function updateOutcome(status: Service["UpdateStatus"]): "going" | "done" | "failed" {
  const state = status?.State ?? "";
  if (state === "" || state === "completed") return "done";
  return ["paused", "rollback_completed", "rollback_paused"].includes(state) ? "failed" : "going";
}

/** Lines that say how the tasks of a service failed, newest first. */
export function taskErrors(tasks: Task[]): string[] {
  return tasks
    .filter(({ Status }) => FAILED.has(Status.State) || Status.Err)
    .sort((one, other) => (one.Status.Timestamp < other.Status.Timestamp ? 1 : -1))
    .slice(0, 5)
    .map(({ ID, NodeID, Status }) => `task ${ID} on node ${NodeID ?? "none"}: ${Status.State}: ${Status.Err || Status.Message || ""}`);
}
