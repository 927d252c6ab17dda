import { type Context, type Found, type Handler, type Made } from "../engine/handler";
import type { Values } from "../engine/values";
import { withoutMarks } from "../engine/values";
import { until } from "../until";
import { type DockerApi, DockerError } from "./api";
import type { Service, Task } from "./convergence";
import { apiOf, common, createOrSettle, type DockerContext, plain } from "./handler";
import { refuseForeign } from "./labels";
import { converge, tasksOf, updated } from "./serviceAwaited";
import { driftOf } from "./serviceDrift";
import { SERVICE_REPLACES, SERVICE_SHAPE, type ServiceInputs } from "./serviceInputs";
import { serviceSpec } from "./serviceSpec";

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
      const before = await tasksOf(api, made.id);
      if ((await send(api, made.id, serviceSpec(inputs))) !== "there") await updated(api, inputs, made, before, context);
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

/**
 * Sends the spec unless it is there, or on its way by an update that a killed run left going. What Docker rolled back has the spec from
 * before, which may be the wanted one; what Docker paused goes on with the next update only.
 */
async function send(api: DockerApi, id: string, spec: Values): Promise<"sent" | "going" | "there"> {
  for (;;) {
    const service = await api.get<Service>(`/services/${id}`);
    const state = service.UpdateStatus?.State ?? "";
    if (!/paused$/.test(state) && (await driftOf(api, service, spec)).length === 0) return state === "updating" ? "going" : "there";
    try {
      await api.post(`/services/${id}/update`, spec, { version: service.Version.Index });
      return "sent";
    } catch (error) {
      // Swarm itself writes to the service (its update's status) between the look and the update.
      if (!(error instanceof DockerError) || !/out of sequence/.test(error.message)) throw error;
    }
  }
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
