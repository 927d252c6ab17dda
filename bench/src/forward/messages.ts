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
