/** What Docker's API tells of a swarm, as far as `status` reads it: `docker inspect` of nodes, services and tasks. */
export interface SwarmNode {
  readonly ID: string;
  readonly Description: { readonly Hostname: string };
  readonly Spec: { readonly Availability: string };
  readonly Status: { readonly State: string; readonly Message?: string };
}
export interface SwarmService {
  readonly ID: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly Mode: { readonly Replicated?: { readonly Replicas: number }; readonly Global?: object };
    readonly TaskTemplate: { readonly ContainerSpec: { readonly Image: string } };
  };
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string; readonly CompletedAt?: string };
}
export interface SwarmTask {
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Spec: { readonly ContainerSpec: { readonly Image: string } };
  readonly Status: { readonly State: string; readonly Timestamp: string; readonly Err?: string };
}
export interface Swarm {
  readonly nodes: readonly SwarmNode[];
  readonly services: readonly SwarmService[];
  readonly tasks: readonly SwarmTask[];
}

/** One running, or starting, container of a service. */
export interface TaskStatus {
  /** Name of its host; null until it has one. */
  readonly host: string | null;
  /** As Docker says it: `running` means healthy. `running (host stopped)`: the swarm has not noticed yet that the host does not run. */
  readonly state: string;
  /** When it came into that state, ISO 8601, UTC. */
  readonly since: string;
  /** Of the program inside; null for a task that has not the service's image, because an update did not come to it. */
  readonly version: string | null;
  /** The first ten digits of the image's digest. */
  readonly digest: string;
}
export interface ServiceStatus {
  /** As in the stack, without the site's name. */
  readonly name: string;
  readonly wanted: number;
  readonly running: number;
  readonly tasks: readonly TaskStatus[];
  /** What is not as it should be, and why; null: nothing. */
  readonly problem: string | null;
  /** What went wrong a short while ago with a service that is as it should be. */
  readonly past: string | null;
}

/** So long a failure is told although the service runs again. */
const recentMs = 10 * 60_000;
/** Time to the second: `2026-11-23T14:02:11Z`. */
export const second = (iso: string): string => new Date(iso).toISOString().replace(/\.\d+Z$/, "Z");

/**
 * What runs where, since when, which version, and why not.
 * @param resting hosts that are known not to run, with `stopped` or `missing`: the swarm takes some seconds to notice
 */
export function servicesOf(
  { nodes, services, tasks }: Swarm,
  site: string,
  { nowMs = Date.now(), resting = new Map() }: { nowMs?: number; resting?: ReadonlyMap<string, string> } = {},
): ServiceStatus[] {
  const hosts = new Map(nodes.map(({ ID, Description }) => [ID, Description.Hostname]));
  const isRecent = (iso?: string) => iso !== undefined && nowMs - Date.parse(iso) < recentMs;
  const hostOf = ({ NodeID }: SwarmTask) => (NodeID && hosts.get(NodeID)) || null;
  const stateOf = (task: SwarmTask) => {
    const rest = resting.get(hostOf(task) ?? "");
    return rest === undefined ? task.Status.State : `${task.Status.State} (host ${rest})`;
  };
  return services
    .map(({ ID, Spec, UpdateStatus }) => {
      const own = tasks.filter(({ ServiceID }) => ServiceID === ID);
      const current = own.filter(({ DesiredState }) => DesiredState === "running");
      const running = current.filter((task) => stateOf(task) === "running").length;
      const wanted = Spec.Mode.Replicated?.Replicas ?? current.length;
      const shown = current.map((task): TaskStatus => {
        const digest = /@sha256:([0-9a-f]+)/.exec(task.Spec.ContainerSpec.Image)?.[1] ?? "";
        return {
          host: hostOf(task),
          state: stateOf(task),
          since: second(task.Status.Timestamp),
          version: (task.Spec.ContainerSpec.Image === Spec.TaskTemplate.ContainerSpec.Image && Spec.Labels?.["barecast.version"]) || null,
          digest: digest.slice(0, 10),
        };
      });
      const failed = own
        .filter(({ Status }) => ["failed", "rejected"].includes(Status.State) && isRecent(Status.Timestamp))
        .sort((a, b) => Date.parse(b.Status.Timestamp) - Date.parse(a.Status.Timestamp));
      const waiting = current.find(({ Status }) => Status.State !== "running" && Status.Err)?.Status.Err;
      const last = failed[0];
      const update = UpdateStatus?.State ?? "";
      const said = `${update}${UpdateStatus?.Message ? ` (${UpdateStatus.Message})` : ""}`;
      const present = [
        ...(running < wanted || wanted === 0 ? [`${running} of ${wanted} running`] : []),
        ...(/paused$/.test(update) ? [`its last update: ${said}`] : []),
        ...(waiting ? [waiting] : []),
      ];
      const past = [
        ...(/^rollback_completed/.test(update) && isRecent(UpdateStatus?.CompletedAt) ? [`its last update: ${said}`] : []),
        ...(last
          ? [
              `failed ${failed.length === 1 ? "once" : `${failed.length} times`} within ten minutes, last ` +
                `${second(last.Status.Timestamp)} on ${hostOf(last) ?? "no host"}: ${last.Status.Err ?? last.Status.State}`,
            ]
          : []),
      ];
      return {
        name: Spec.Name.startsWith(`${site}-`) ? Spec.Name.slice(site.length + 1) : Spec.Name,
        wanted,
        running,
        tasks: shown.sort((a, b) => ((a.host ?? "") < (b.host ?? "") ? -1 : 1)),
        problem: present.length === 0 ? null : [...present, ...past].join("; "),
        past: present.length === 0 ? past.join("; ") || null : null,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
