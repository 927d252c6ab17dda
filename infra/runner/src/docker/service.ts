import { type Context, type Found, type Handler, type Made, NotConverged } from "../engine/handler";
import { changedPaths } from "../engine/paths";
import type { Values } from "../engine/values";
import { withoutMarks } from "../engine/values";
import { until } from "../until";
import { type DockerApi, DockerError } from "./api";
import { crashLoop, hasEnded, hasHealthcheck, type Service, type Task, unsettled, updateOutcome } from "./convergence";
import { milliseconds } from "./duration";
import { evidenceOf } from "./evidence";
import { apiOf, common, createOrSettle, type DockerContext, plain } from "./handler";
import { refuseForeign, withoutEmpty } from "./labels";
import { globalTasks, type SwarmNode } from "./nodes";
import { SERVICE_REPLACES, SERVICE_SHAPE, type ServiceInputs } from "./serviceInputs";
import { serviceSpec } from "./serviceSpec";

// Swarm clears an update's status at once and sets it a moment later; an update that changes no task sets none.
const STATUS_APPEARS_MS = 2000;
const CONVERGE = "3m";

/** docker:index/service:Service */
export function serviceHandler(docker: DockerContext): Handler {
  const type = common({ shape: SERVICE_SHAPE, required: ["name", "taskSpec"], replaces: SERVICE_REPLACES });
  return {
    ...type,
    create: async (news, context) => {
      const [api, inputs] = [apiOf(docker, context), plain<ServiceInputs>(news)];
      const create = async (): Promise<string> => (await api.post<{ ID: string }>("/services/create", serviceSpec(inputs))).ID;
      const id = await createOrSettle(create, () => settle(docker, api, inputs, context));
      const made = { id, outputs: outputsOf(news, id) };
      await converge(api, inputs, made, context);
      return made;
    },
    update: async (old, news, context) => {
      const [api, inputs] = [apiOf(docker, context), plain<ServiceInputs>(news)];
      const made = { id: old.id!, outputs: outputsOf(news, old.id!) };
      if (await send(api, made.id, serviceSpec(inputs))) await updated(api, inputs, made, context);
      await converge(api, inputs, made, context);
      return made.outputs;
    },
    remove: (old, context) => remove(apiOf(docker, context), old.id!, context),
    read: (old, context) => read(apiOf(docker, context), old.id!, plain(old.inputs)),
    settle: async (news, context): Promise<Made | "nothing"> => {
      const id = await settle(docker, apiOf(docker, context), plain(news), context);
      return id === "nothing" ? "nothing" : { id, outputs: outputsOf(news, id) };
    },
  };
}

const outputsOf = (inputs: Values, id: string): Values => ({ ...(withoutMarks(inputs) as Values), id });
const tasksOf = (api: DockerApi, id: string): Promise<Task[]> => api.get<Task[]>("/tasks", { filters: { service: [id] } });

/** Sends the spec unless it is there and on its way already; false when there was nothing to send. */
async function send(api: DockerApi, id: string, spec: Values): Promise<boolean> {
  for (;;) {
    const service = await api.get<Service>(`/services/${id}`);
    const isGoing = updateOutcome(service.UpdateStatus) !== "failed" && !/^rollback/.test(service.UpdateStatus?.State ?? "");
    if (isGoing && (await driftOf(api, service, spec)).length === 0) return false;
    try {
      await api.post(`/services/${id}/update`, spec, { version: service.Version.Index });
      return true;
    } catch (error) {
      // Swarm itself writes to the service (its update's status) between the look and the update.
      if (!(error instanceof DockerError) || !/out of sequence/.test(error.message)) throw error;
    }
  }
}

/** Waits for the end of an update; one that Docker stopped or rolled back is an error with its cause. */
async function updated(api: DockerApi, inputs: ServiceInputs, made: Made, context: Context): Promise<void> {
  const sent = Date.now();
  if (!isAwaited(inputs)) return;
  let status: Service["UpdateStatus"];
  const reason = async (): Promise<string | null> => {
    status = (await api.get<Service>(`/services/${made.id}`)).UpdateStatus;
    if (!status?.State) return Date.now() - sent > STATUS_APPEARS_MS ? null : "the update hasn't begun";
    return updateOutcome(status) === "going" ? `the update is ${status.State}` : null;
  };
  const late = await until(reason, timeoutOf(inputs), context.signal).catch((error: Error) => error);
  if (!late && updateOutcome(status) === "done") return;
  const tasks = await tasksOf(api, made.id);
  const said = late ? late.message : `${status?.State}: ${status?.Message}`;
  const what = status?.State?.startsWith("rollback") ? "Docker rolled the update back" : "The update didn't end well";
  throw new NotConverged(`${what} (${said})`, made, await evidenceOf(api, made.id, tasks));
}

async function converge(api: DockerApi, inputs: ServiceInputs, made: Made, context: Context): Promise<void> {
  if (!isAwaited(inputs)) return;
  const spec = serviceSpec(inputs);
  const isProbed = hasHealthcheck(spec);
  let tasks = await tasksOf(api, made.id);
  // What ended before tells of an earlier spec; kept by id, as Swarm forgets a slot's older tasks.
  const before = new Set(tasks.filter(hasEnded).map(({ ID }) => ID));
  const ended = new Map<string, Task>();
  const reason = async (): Promise<string | null> => {
    const wanted = await wantedTasks(api, inputs);
    tasks = await tasksOf(api, made.id);
    for (const task of tasks) if (hasEnded(task) && !before.has(task.ID)) ended.set(task.ID, task);
    const vain = crashLoop([...ended.values()], spec);
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

/** Removes a service and waits until its containers are gone: they hold volumes, networks and ports through the grace period. */
async function remove(api: DockerApi, id: string, context: Context): Promise<void> {
  const service = await api.find<Service>(`/services/${id}`);
  if (!service) return;
  const container = service.Spec.TaskTemplate["ContainerSpec"] as { StopGracePeriod?: number } | undefined;
  await api.delete(`/services/${service.ID}`).catch((error: unknown) => {
    if (!(error instanceof DockerError && error.status === 404)) throw error;
  });
  const reason = async (): Promise<string | null> => {
    const containers = await api.get<unknown[]>("/containers/json", {
      all: true,
      filters: { label: [`com.docker.swarm.service.id=${service.ID}`] },
    });
    const tasks = (await api.get<Task[]>("/tasks")).filter(({ ServiceID }) => ServiceID === service.ID);
    return containers.length + tasks.length === 0
      ? null
      : `${containers.length} containers and ${tasks.length} tasks of the removed service are still there`;
  };
  await until(reason, (container?.StopGracePeriod ?? 10e9) / 1e6 + 60_000, context.signal);
}

async function read(api: DockerApi, id: string, inputs: ServiceInputs): Promise<Found> {
  const service = await api.find<Service>(`/services/${id}`);
  return service ? { drifted: await driftOf(api, service, serviceSpec(inputs)) } : "gone";
}

async function settle(docker: DockerContext, api: DockerApi, inputs: ServiceInputs, context: Context): Promise<string | "nothing"> {
  const named = await api.get<Service[]>("/services", { filters: { name: [inputs.name] } });
  const found = named.find(({ Spec }) => Spec.Name === inputs.name);
  if (!found) return "nothing";
  refuseForeign("Service", inputs.name, found.Spec.Labels, docker.owner);
  const drift = await driftOf(api, found, serviceSpec(inputs));
  context.log(
    "info",
    drift.length === 0
      ? "Left by an interrupted run: adopted"
      : `Left by an interrupted run and other than wanted (${drift.join(", ")}): removed`,
  );
  if (drift.length === 0) return found.ID;
  await remove(api, found.ID, context);
  return "nothing";
}

/** Paths at which Docker's spec differs from the wanted one; what either leaves empty is the same. */
async function driftOf(api: DockerApi, service: Service, wanted: Values): Promise<string[]> {
  return changedPaths(withoutEmpty(service.Spec), withoutEmpty(await resolved(api, wanted)));
}

/** The spec with networks by id: `host` is a name that Docker turns into the id that the swarm (not the node) gives it. */
async function resolved(api: DockerApi, spec: Values): Promise<Values> {
  const template = spec["TaskTemplate"] as Values;
  const networks = (template["Networks"] ?? []) as { Target: string }[];
  if (networks.length === 0) return spec;
  const ids = await Promise.all(
    networks.map(async (network) => {
      if (/^[a-z0-9]{25}$/.test(network.Target)) return network;
      const found = await api.find<{ Id: string }>(`/networks/${network.Target}`, { scope: "swarm" });
      return { ...network, Target: found?.Id ?? network.Target };
    }),
  );
  return { ...spec, TaskTemplate: { ...template, Networks: ids } };
}
