/** A small site as the platform makes them: everything labelled, contents hashed into names, services that await convergence. */
export const PLATFORM = `"use strict";
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");
const { createHash } = require("node:crypto");
const setting = new pulumi.Config();
const named = (name, text) => name + "-" + createHash("sha256").update(text).digest("hex").slice(0, 10);
const labels = [{ label: "barecast.site", value: "wire" }];
const content = setting.get("content") ?? "one";
const subnet = setting.get("subnet") ?? "10.239.9.0/24";
const service = (name, env, containerSpec, network, opts) =>
  new docker.Service(name, {
    name: "kill-" + name, labels, mode: { replicated: { replicas: 1 } },
    taskSpec: {
      containerSpec: { image: setting.get("image") ?? "base:bookworm", healthcheck: { tests: ["NONE"] }, commands: ["sleep"], args: ["infinity"], init: true, isolation: "default", stopGracePeriod: "10s", env, ...containerSpec },
      networksAdvanceds: [{ id: network.id, aliases: [name] }],
      restartPolicy: { condition: "any", delay: "1s", maxAttempts: 0, window: "0s" },
    },
    updateConfig: { parallelism: 1, delay: "0s", failureAction: "rollback", monitor: "5s", maxFailureRatio: "0.0", order: "stop-first" },
    endpointSpec: { mode: "dnsrr" }, convergeConfig: { delay: "1s", timeout: setting.get("timeout") ?? "30s" },
  }, opts);
module.exports = async () => {
  const network = new docker.Network("net", { name: "kill-net", driver: "overlay", attachable: true, internal: false, labels, ipamConfigs: [{ subnet, gateway: subnet.replace("0/24", "1") }] });
  const volume = new docker.Volume("data", { name: "kill-data", labels });
  const hashed = { deleteBeforeReplace: false };
  const secret = new docker.Secret("token", { name: named("kill-token", content), labels, data: pulumi.secret(Buffer.from(content).toString("base64")) }, hashed);
  const config = new docker.ServiceConfig("settings", { name: named("kill-settings", content), labels, data: Buffer.from(content).toString("base64") }, hashed);
  const mounts = [{ type: "volume", source: volume.name, target: "/data", readOnly: false }];
  const file = { fileUid: "0", fileGid: "0", fileMode: 292 };
  // What a test breaks.
  const broken = setting.getObject("base") ?? {};
  const base = service("base", { CONTENT: content }, {
    ...broken,
    mounts,
    secrets: [{ secretId: secret.id, secretName: secret.name, fileName: "/run/secrets/token", ...file }],
    configs: [{ configId: config.id, configName: config.name, fileName: "/settings", ...file }],
  }, network);
  const top = service("top", { BASE: "kill-base" }, {}, network, { dependsOn: [base] });
  return { base: base.id, top: top.id };
};
`;
