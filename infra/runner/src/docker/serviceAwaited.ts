import { type Context, type Made, NotConverged } from "../engine/handler";
import { until } from "../until";
import type { DockerApi } from "./api";
import { crashLoop, hasEnded, hasHealthcheck, type Service, type Task, unsettled, updateOutcome } from "./convergence";
import { milliseconds } from "./duration";
import { evidenceOf } from "./evidence";
import { globalTasks, type SwarmNode } from "./nodes";
import type { ServiceInputs } from "./serviceInputs";
import { serviceSpec } from "./serviceSpec";

// Swarm clears an update's status at once and sets it a moment later; an update that changes no task sets none.
const STATUS_APPEARS_MS = 2000;
const CONVERGE = "3m";

/**
 * Waits for the end of an update.
 * @param before the service's tasks before the update was sent
 * @throws NotConverged with its cause when Docker stopped it or rolled it back
 */
export async function updated(api: DockerApi, inputs: ServiceInputs, made: Made, before: Task[], context: Context): Promise<void> {
  const sent = Date.now();
  if (!isAwaited(inputs)) return;
  const history = new TaskHistory(before);
  let status: Service["UpdateStatus"];
  const reason = async (): Promise<string | null> => {
    history.add(await tasksOf(api, made.id));
    status = (await api.get<Service>(`/services/${made.id}`)).UpdateStatus;
    if (!status?.State) return Date.now() - sent > STATUS_APPEARS_MS ? null : "the update hasn't begun";
    return updateOutcome(status) === "going" ? `the update is ${status.State}` : null;
  };
  const late = await until(reason, timeoutOf(inputs), context.signal).catch((error: Error) => error);
  if (!late && updateOutcome(status) === "done") return;
  const said = late ? late.message : `${status?.State}: ${status?.Message}`;
  // The last look at the tasks was before the one at the status, and the way to Docker can be slow. Where there is none, the wait has told it.
  history.add(await tasksOf(api, made.id).catch(() => []));
  const what = status?.State?.startsWith("rollback") ? "Docker rolled the update back" : "The update didn't end well";
  throw new NotConverged(`${what} (${said})`, made, await evidenceOf(api, made.id, history.all()));
}

/** Waits until the tasks are what the spec says. @throws NotConverged with what shows why not, at once when waiting longer is vain */
export async function converge(api: DockerApi, inputs: ServiceInputs, made: Made, context: Context): Promise<void> {
  if (!isAwaited(inputs)) return;
  const spec = serviceSpec(inputs);
  const isProbed = hasHealthcheck(spec);
  let tasks = await tasksOf(api, made.id);
  const history = new TaskHistory(tasks);
  const reason = async (): Promise<string | null> => {
    const wanted = await wantedTasks(api, inputs);
    tasks = await tasksOf(api, made.id);
    history.add(tasks);
    const vain = crashLoop(history.all().filter(hasEnded), spec);
    if (vain) throw new Error(vain);
    if (wanted === undefined && tasks.length === 0) return "no node has a task of it yet";
    return unsettled(tasks, wanted ?? tasks.filter(({ DesiredState }) => DesiredState === "running").length, isProbed, Date.now());
  };
  const late = await until(reason, timeoutOf(inputs), context.signal).catch((error: Error) => error);
  if (late) throw new NotConverged(`The service doesn't run: ${late.message}`, made, await evidenceOf(api, made.id, tasks));
}

// As the real provider, which awaits a replicated service only where the program says how long; a global one can't say it.
const isAwaited = ({ mode, convergeConfig }: ServiceInputs): boolean => mode?.global === true || convergeConfig !== undefined;
const timeoutOf = ({ convergeConfig }: ServiceInputs): number => milliseconds(convergeConfig?.timeout ?? CONVERGE);

async function wantedTasks(api: DockerApi, { mode, taskSpec }: ServiceInputs): Promise<number | undefined> {
  if (!mode?.global) return mode?.replicated?.replicas ?? 1;
  return globalTasks(await api.get<SwarmNode[]>("/nodes"), taskSpec.placement?.constraints ?? []);
}

/** A service's tasks, those that Swarm keeps of the past included. */
export const tasksOf = (api: DockerApi, id: string): Promise<Task[]> => api.get<Task[]>("/tasks", { filters: { service: [id] } });

/** The tasks of one wait, kept by id, as Swarm forgets a slot's older ones. Those that had ended before tell of an earlier spec. */
class TaskHistory {
  private readonly before: ReadonlySet<string>;
  private readonly kept = new Map<string, Task>();

  constructor(tasks: readonly Task[]) {
    this.before = new Set(tasks.filter(hasEnded).map(({ ID }) => ID));
  }

  add(tasks: readonly Task[]): void {
    for (const task of tasks) if (!this.before.has(task.ID)) this.kept.set(task.ID, task);
  }

  all(): Task[] {
    return [...this.kept.values()];
  }
}
