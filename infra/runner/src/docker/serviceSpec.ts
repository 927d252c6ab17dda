import type { Values } from "../engine/values";
import { containerSpecOf } from "./containerSpec";
import { labelsOf } from "./labels";
import type { Limits, Port, ServiceInputs, TaskSpec, UpdateConfig } from "./serviceInputs";
import { compact, duration, nothingLeft, unlessEmpty } from "./specFields";

/** The spec that Docker takes for a service (Engine API, ServiceCreate). */
export function serviceSpec(inputs: ServiceInputs): Values {
  const { name, labels, mode, taskSpec, updateConfig, rollbackConfig, endpointSpec, convergeConfig: _runnersOwn, ...rest } = inputs;
  nothingLeft(rest);
  return compact({
    Name: name,
    Labels: labelsOf(labels),
    TaskTemplate: taskTemplate(taskSpec),
    Mode: mode?.global ? { Global: {} } : { Replicated: { Replicas: mode?.replicated?.replicas ?? 1 } },
    UpdateConfig: updateConfig && update(updateConfig),
    RollbackConfig: rollbackConfig && update(rollbackConfig),
    EndpointSpec: endpointSpec && compact({ Mode: endpointSpec.mode, Ports: unlessEmpty(endpointSpec.ports?.map(port)) }),
  });
}

function taskTemplate(spec: TaskSpec): Values {
  const { containerSpec, networksAdvanceds, resources, restartPolicy, placement, logDriver, forceUpdate, runtime, ...rest } = spec;
  nothingLeft(rest);
  return compact({
    ContainerSpec: containerSpecOf(containerSpec),
    Resources: compact({ Limits: limits(resources?.limits), Reservations: limits(resources?.reservation) }),
    RestartPolicy: restartPolicy && restart(restartPolicy),
    Placement: placed(placement ?? {}),
    Networks: unlessEmpty(
      networksAdvanceds?.map(({ id, name, aliases }) => compact({ Target: id ?? name, Aliases: unlessEmpty(aliases) })),
    ),
    LogDriver: logDriver && compact({ Name: logDriver.name, Options: logDriver.options }),
    ForceUpdate: forceUpdate ?? 0,
    Runtime: runtime ?? "container",
  });
}

const limits = (given: Limits | undefined): Values | undefined =>
  given && compact({ NanoCPUs: given.nanoCpus || undefined, MemoryBytes: given.memoryBytes || undefined });

function restart({ condition, delay, maxAttempts, window, ...rest }: NonNullable<TaskSpec["restartPolicy"]>): Values {
  nothingLeft(rest);
  return compact({ Condition: condition, Delay: duration(delay), MaxAttempts: maxAttempts, Window: duration(window) });
}

function placed({ constraints, prefs, maxReplicas, platforms, ...rest }: NonNullable<TaskSpec["placement"]>): Values {
  nothingLeft(rest);
  return compact({
    Constraints: unlessEmpty(constraints),
    Preferences: unlessEmpty(prefs?.map((pref) => ({ Spread: { SpreadDescriptor: pref.replace(/^spread=/, "") } }))),
    MaxReplicas: maxReplicas || undefined,
    Platforms: unlessEmpty(platforms?.map(({ os, architecture }) => ({ OS: os, Architecture: architecture }))),
  });
}

// The defaults are the real provider's, for a block that leaves fields out.
function update({ parallelism, delay, failureAction, monitor, maxFailureRatio, order, ...rest }: UpdateConfig): Values {
  nothingLeft(rest);
  return compact({
    Parallelism: parallelism ?? 1,
    Delay: duration(delay) || undefined,
    FailureAction: failureAction ?? "pause",
    Monitor: duration(monitor ?? "5s"),
    MaxFailureRatio: Number(maxFailureRatio ?? "0.0"),
    Order: order ?? "stop-first",
  });
}

function port({ name, protocol, targetPort, publishedPort, publishMode, ...rest }: Port): Values {
  nothingLeft(rest);
  return compact({
    Name: name,
    Protocol: protocol ?? "tcp",
    TargetPort: targetPort,
    PublishedPort: publishedPort,
    PublishMode: publishMode ?? "ingress",
  });
}
