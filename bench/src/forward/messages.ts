/** What the bench asks of its processes, and what they answer (Node's process messages). */
export type ServerRequest = { readonly type: "usage" };
export type ServerAnswer =
  | { readonly type: "listening"; readonly port: number }
  /** CPU time of the whole process since its start, microseconds. */
  | { readonly type: "usage"; readonly cpuMicros: number };

export type ServerName = "pocket" | "plain";
export type LoadRequest = {
  readonly type: "send";
  readonly to: ServerName;
  readonly packetsPerSecond: number;
  readonly seconds: number;
};
export type LoadAnswer =
  | { readonly type: "joined" }
  /** Packets published, and packets that came back at all viewers together. */
  | { readonly type: "sent"; readonly published: number; readonly received: number };

export interface LoadOptions {
  readonly ports: Readonly<Record<ServerName, number>>;
  readonly viewers: number;
}

/** Answers the bench's question for CPU time, from this process. */
export function answerUsage(): void {
  process.on("message", ({ type }: ServerRequest) => {
    if (type !== "usage") return;
    const { user, system } = process.cpuUsage();
    process.send!({ type: "usage", cpuMicros: user + system } satisfies ServerAnswer);
  });
  process.once("disconnect", () => process.exit(0));
}
