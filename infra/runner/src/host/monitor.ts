import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as monitor from "@pulumi/pulumi/proto/resource_pb";
import path from "node:path";
import { RunnerError } from "../api";
import type { Deployment } from "../engine/deployment";
import { goalOf } from "./goal";
import { Empty, fromStruct, toStruct } from "./structs";

type Call<T> = grpc.ServerUnaryCall<T, unknown>;
type Answer<T> = grpc.sendUnaryData<T>;

export interface MonitorOptions {
  folder: string;
  project: string;
  stack: string;
  isPreview: boolean;
  /** Ready when the state is read; requests wait for it. */
  deployment: Promise<Deployment>;
  onLog: (severity: "debug" | "info" | "warning" | "error", message: string, urn?: string) => void;
  /** The program has ended and has nothing more to ask. */
  onSignal: () => void;
}

/** Serves ResourceMonitor and Engine to the program on a socket of `folder`. */
export async function serveMonitor(o: MonitorOptions): Promise<grpc.Server> {
  // As large as the SDK's own clients take them.
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(ResourceMonitorService as never, monitorMethods(o) as never);
  server.addService(EngineService as never, engineMethods(o) as never);
  const address = `unix:${path.join(o.folder, "monitor.sock")}`;
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())),
  );
  return server;
}

function monitorMethods(o: MonitorOptions): object {
  /** What the runner doesn't do ends the run, and is never answered: the program mustn't go on without it. */
  const refused =
    <T>(what: (request: T) => string) =>
    (call: Call<T>): void =>
      void o.deployment.then((deployment) => {
        deployment.fail(
          new RunnerError("unsupported", `${what(call.request)}: The runner doesn't do this. Use the Pulumi CLI, or take it out`),
        );
      });
  return {
    getDeploymentInfo: (_call: Call<unknown>, answer: Answer<monitor.DeploymentInfo>) => {
      const info = new monitor.DeploymentInfo()
        .setProject(o.project)
        .setStack(o.stack)
        .setOrganization("organization")
        .setDryrun(o.isPreview);
      // Only this: the SDK then resolves aliases itself, and refuses transforms, hooks and the like.
      info.setSupportedfeaturesList([monitor.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS]);
      answer(null, info);
    },
    supportsFeature: ({ request }: Call<monitor.SupportsFeatureRequest>, answer: Answer<monitor.SupportsFeatureResponse>) =>
      answer(null, new monitor.SupportsFeatureResponse().setHassupport(request.getId() === "secrets")),
    registerResource: async ({ request }: Call<monitor.RegisterResourceRequest>, answer: Answer<monitor.RegisterResourceResponse>) => {
      const deployment = await o.deployment;
      try {
        const { urn, id, outputs } = await deployment.register(goalOf(request));
        answer(
          null,
          new monitor.RegisterResourceResponse()
            .setUrn(urn)
            .setId(id ?? "")
            .setObject(toStruct(outputs)),
        );
      } catch (error) {
        deployment.fail(error as Error);
      }
    },
    registerResourceOutputs: async ({ request }: Call<monitor.RegisterResourceOutputsRequest>, answer: Answer<unknown>) => {
      (await o.deployment).registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
      answer(null, new Empty());
    },
    signalAndWaitForShutdown: (_call: Call<unknown>, answer: Answer<unknown>) => {
      o.onSignal();
      answer(null, new Empty());
    },
    invoke: refused<monitor.ResourceInvokeRequest>((request) => `Function ${request.getTok()}`),
    call: refused<monitor.ResourceCallRequest>((request) => `Method ${request.getTok()}`),
    readResource: refused<monitor.ReadResourceRequest>(
      (request) => `${request.getName()}: Reading a ${request.getType()} that the program doesn't own`,
    ),
    existsResource: refused<monitor.ExistsResourceRequest>((request) => `Looking for a ${request.getType()}`),
    registerPackage: refused<monitor.RegisterPackageRequest>((request) => `Package ${request.getName()}`),
    registerStackTransform: refused(() => "Transform of resources"),
    registerStackInvokeTransform: refused(() => "Transform of functions"),
    registerResourceHook: refused(() => "Hook of a resource"),
    registerErrorHook: refused(() => "Hook for errors"),
  };
}

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

function engineMethods(o: MonitorOptions): object {
  let root = "";
  return {
    log: ({ request }: Call<engine.LogRequest>, answer: Answer<unknown>) => {
      o.onLog(SEVERITIES[request.getSeverity()] ?? "info", request.getMessage(), request.getUrn() || undefined);
      answer(null, new Empty());
    },
    getRootResource: (_call: Call<unknown>, answer: Answer<engine.GetRootResourceResponse>) =>
      answer(null, new engine.GetRootResourceResponse().setUrn(root)),
    setRootResource: ({ request }: Call<engine.SetRootResourceRequest>, answer: Answer<engine.SetRootResourceResponse>) => {
      root = request.getUrn();
      answer(null, new engine.SetRootResourceResponse());
    },
  };
}
