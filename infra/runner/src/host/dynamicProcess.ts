import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import type { RunnerOptions } from "../api";
import { StepError } from "../engine/handler";
import type { Context } from "../engine/handler";
import { Child } from "./child";
import { toStruct } from "./structs";

type Method = (request: unknown, done: (error: grpc.ServiceError | null, answer: unknown) => void) => void;

/** The SDK's process for dynamic resources: started when first asked (or ahead, where the state has some), configured once. */
export class DynamicProcess {
  private child: Child | undefined;
  private client: Promise<ResourceProviderClient> | undefined;
  private readonly said: string[] = [];

  constructor(
    private readonly o: RunnerOptions,
    private readonly folder: string,
  ) {}

  /** @throws StepError with what the process said when it can't be asked; grpc.ServiceError when its function failed */
  async call<T = unknown>(
    method: "check" | "diff" | "create" | "read" | "update" | "delete",
    request: unknown,
    context: Context,
  ): Promise<T> {
    const client = await this.start();
    return new Promise<T>((resolve, reject) => {
      const begun = this.said.length;
      (client[method] as unknown as Method).call(client, request, (error, answer) => {
        if (!error) return resolve(answer as T);
        this.said.slice(begun).forEach((line) => context.log("info", line));
        reject(
          error.code === grpc.status.UNAVAILABLE ? new StepError("The process of dynamic resources ended", this.said.slice(-20)) : error,
        );
      });
    });
  }

  start(): Promise<ResourceProviderClient> {
    return (this.client ??= this.open());
  }

  async stop(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    client?.close();
    await this.child?.stop();
  }

  private async open(): Promise<ResourceProviderClient> {
    const { project, stack } = this.o;
    const env = { ...this.o.env, PULUMI_NODEJS_PROJECT: project, PULUMI_NODEJS_STACK: stack, PULUMI_NODEJS_ORGANIZATION: "organization" };
    const port = await new Promise<string>((resolve, reject) => {
      // The first argument stands for the engine's address, which it doesn't use.
      this.child = new Child({
        script: require.resolve("@pulumi/pulumi/cmd/dynamic-provider"),
        args: ["none"],
        cwd: this.folder,
        env,
        onLine: (line, stream) => {
          if (stream === "stdout" && /^\d+$/.test(line)) resolve(line);
          else this.said.push(line);
        },
      });
      this.child.ended.then(
        (code) => reject(new StepError(`The process of dynamic resources ended with code ${code}`, this.said.slice(-20))),
        reject,
      );
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": 400 * 1024 * 1024,
    });
    const request = new provider.ConfigureRequest().setArgs(toStruct({ ...this.o.config, ...this.o.secretConfig })).setAcceptsecrets(true);
    await new Promise<void>((resolve, reject) => client.configure(request, (error) => (error ? reject(error) : resolve())));
    return client;
  }
}
