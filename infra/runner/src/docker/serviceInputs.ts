import type { Shape } from "../handlers/shape";

/** Inputs of docker:index/service:Service as far as the runner covers them; what isn't here is refused by name. */
export interface ServiceInputs {
  name: string;
  labels?: Label[];
  mode?: { global?: boolean; replicated?: { replicas?: number } };
  taskSpec: TaskSpec;
  updateConfig?: UpdateConfig;
  rollbackConfig?: UpdateConfig;
  endpointSpec?: { mode?: string; ports?: Port[] };
  convergeConfig?: { delay?: string; timeout?: string };
}

export interface TaskSpec {
  containerSpec: ContainerSpec;
  networksAdvanceds?: { id?: string; name?: string; aliases?: string[] }[];
  resources?: { limits?: Limits; reservation?: Limits };
  restartPolicy?: { condition?: string; delay?: string; maxAttempts?: number; window?: string };
  placement?: { constraints?: string[]; prefs?: string[]; maxReplicas?: number; platforms?: { os: string; architecture: string }[] };
  logDriver?: { name: string; options?: Record<string, string> };
  forceUpdate?: number;
  runtime?: string;
}

export interface ContainerSpec {
  image: string;
  commands?: string[];
  args?: string[];
  env?: Record<string, string>;
  labels?: Label[];
  hostname?: string;
  dir?: string;
  user?: string;
  groups?: string[];
  init?: boolean;
  readOnly?: boolean;
  isolation?: string;
  stopSignal?: string;
  stopGracePeriod?: string;
  sysctl?: Record<string, string>;
  capAdds?: string[];
  capDrops?: string[];
  hosts?: { host: string; ip: string }[];
  dnsConfig?: { nameservers: string[]; searches?: string[]; options?: string[] };
  healthcheck?: { tests?: string[]; interval?: string; timeout?: string; startPeriod?: string; retries?: number };
  mounts?: Mount[];
  secrets?: (FileTarget & { secretId: string; secretName?: string })[];
  configs?: (FileTarget & { configId: string; configName?: string })[];
}

export interface Mount {
  type: string;
  target: string;
  source?: string;
  readOnly?: boolean;
  bindOptions?: { propagation?: string };
  tmpfsOptions?: { mode?: number; sizeBytes?: number };
  volumeOptions?: { noCopy?: boolean; labels?: Label[]; driverName?: string; driverOptions?: Record<string, string> };
}

export interface FileTarget {
  fileName: string;
  fileUid?: string;
  fileGid?: string;
  fileMode?: number;
}

export interface UpdateConfig {
  parallelism?: number;
  delay?: string;
  failureAction?: string;
  monitor?: string;
  maxFailureRatio?: string;
  order?: string;
}

export type Port = { name?: string; protocol?: string; targetPort: number; publishedPort?: number; publishMode?: string };
export type Limits = { memoryBytes?: number; nanoCpus?: number };
type Label = { label: string; value: string };

const values = <K extends string>(...keys: K[]): Record<K, "value"> =>
  Object.fromEntries(keys.map((key) => [key, "value"])) as Record<K, "value">;
const label: [Shape] = [values("label", "value")];
const update: Shape = values("parallelism", "delay", "failureAction", "monitor", "maxFailureRatio", "order");
const limits: Shape = values("memoryBytes", "nanoCpus");
const target = values("fileName", "fileUid", "fileGid", "fileMode");

const mount: Shape = {
  ...values("type", "target", "source", "readOnly"),
  bindOptions: values("propagation"),
  tmpfsOptions: values("mode", "sizeBytes"),
  volumeOptions: { ...values("noCopy", "driverName"), labels: label, driverOptions: "map" },
};

const containerSpec: Shape = {
  ...values(
    "image",
    "commands",
    "args",
    "hostname",
    "dir",
    "user",
    "groups",
    "init",
    "readOnly",
    "isolation",
    "stopSignal",
    "stopGracePeriod",
  ),
  ...values("capAdds", "capDrops"),
  env: "map",
  sysctl: "map",
  labels: label,
  hosts: [values("host", "ip")],
  dnsConfig: values("nameservers", "searches", "options"),
  healthcheck: values("tests", "interval", "timeout", "startPeriod", "retries"),
  mounts: [mount],
  secrets: [{ ...target, ...values("secretId", "secretName") }],
  configs: [{ ...target, ...values("configId", "configName") }],
};

export const SERVICE_SHAPE: Shape = {
  name: "value",
  labels: label,
  mode: { global: "value", replicated: values("replicas") },
  taskSpec: {
    containerSpec,
    networksAdvanceds: [values("id", "name", "aliases")],
    resources: { limits, reservation: limits },
    restartPolicy: values("condition", "delay", "maxAttempts", "window"),
    placement: { ...values("constraints", "prefs", "maxReplicas"), platforms: [values("os", "architecture")] },
    logDriver: { name: "value", options: "map" },
    ...values("forceUpdate", "runtime"),
  },
  updateConfig: update,
  rollbackConfig: update,
  endpointSpec: { mode: "value", ports: [values("name", "protocol", "targetPort", "publishedPort", "publishMode")] },
  convergeConfig: values("delay", "timeout"),
};

/** What the real provider can't change in place, by the beginning of its path. */
export const SERVICE_REPLACES = [
  "name",
  "mode.global",
  "taskSpec.networksAdvanceds",
  "taskSpec.containerSpec.hosts",
  "taskSpec.containerSpec.labels",
];
