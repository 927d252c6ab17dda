import fc from "fast-check";

/** A site as a program's configuration says it: which objects there are, and which services use which. */
export interface Plan {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Text by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly configs: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, ServicePlan>>;
}
interface ServicePlan {
  readonly network: number;
  readonly setting: string;
  readonly replicas: number;
  readonly uses: readonly number[];
  /** Of the services before it in the alphabet. */
  readonly after: readonly number[];
}

const texts = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom("one", "two", "three"), { maxKeys: names.length });
const places = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
const service = fc.record({
  network: fc.integer({ min: 0, max: 1 }),
  setting: fc.constantFrom("a", "b"),
  replicas: fc.integer({ min: 1, max: 2 }),
  uses: places,
  after: places,
});

/** Plans by chance; two of them are a site and its change. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  networks: fc.subarray(["front", "back"], { minLength: 1 }),
  volumes: fc.subarray(["data", "logs"]),
  secrets: texts("key", "token"),
  configs: texts("rules", "settings"),
  services: fc.dictionary(fc.constantFrom("api", "base", "core", "desk"), service, { minKeys: 1, maxKeys: 4 }),
});

/** The program that makes a plan true, as the platform makes its own: everything labelled, contents hashed into names, convergence awaited. */
export const PLANNED = `"use strict";
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");
const { createHash } = require("node:crypto");
const plan = new pulumi.Config().requireObject("plan");
const labels = [{ label: "barecast.site", value: "wire" }];
const hashed = (name, text) => name + "-" + createHash("sha256").update(text).digest("hex").slice(0, 10);
const base64 = (text) => Buffer.from(text).toString("base64");
const file = { fileUid: "0", fileGid: "0", fileMode: 292 };
const each = (object, make) => Object.keys(object).sort().map((name) => make(name, object[name]));
const picked = (all, places) => places.filter((place) => place < all.length).map((place) => all[place]);
module.exports = async () => {
  const networks = plan.networks.map((name) => new docker.Network(name, { name: "plan-" + name, driver: "overlay", attachable: true, internal: false, labels }));
  const volumes = plan.volumes.map((name) => new docker.Volume(name, { name: "plan-" + name, labels }));
  const secrets = each(plan.secrets, (name, text) => new docker.Secret(name, { name: hashed("plan-" + name, text), labels, data: pulumi.secret(base64(text)) }, { deleteBeforeReplace: false }));
  const configs = each(plan.configs, (name, text) => new docker.ServiceConfig(name, { name: hashed("plan-" + name, text), labels, data: base64(text) }, { deleteBeforeReplace: false }));
  const made = [];
  each(plan.services, (name, { network, setting, replicas, uses, after }) => made.push(new docker.Service(name, {
    name: "plan-" + name, labels, mode: { replicated: { replicas } },
    taskSpec: {
      containerSpec: {
        image: "base:bookworm", healthcheck: { tests: ["NONE"] }, commands: ["sleep"], args: ["infinity"], init: true, isolation: "default", stopGracePeriod: "1s", env: { SETTING: setting },
        mounts: picked(volumes, uses).map((volume) => ({ type: "volume", source: volume.name, target: "/data", readOnly: false })).slice(0, 1),
        secrets: picked(secrets, uses).map((secret, at) => ({ secretId: secret.id, secretName: secret.name, fileName: "/run/secrets/" + at, ...file })),
        configs: picked(configs, uses).map((config, at) => ({ configId: config.id, configName: config.name, fileName: "/config" + at, ...file })),
      },
      networksAdvanceds: [{ id: networks[network % networks.length].id, aliases: [name] }],
      restartPolicy: { condition: "any", delay: "1s", maxAttempts: 0, window: "0s" },
    },
    updateConfig: { parallelism: 1, delay: "0s", failureAction: "rollback", monitor: "1s", maxFailureRatio: "0.0", order: "stop-first" },
    endpointSpec: { mode: "dnsrr" }, convergeConfig: { delay: "1s", timeout: "30s" },
  }, { dependsOn: picked(made, after) })));
  return {};
};
`;
