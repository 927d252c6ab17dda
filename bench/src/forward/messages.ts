import type { Endpoint } from "@barecast/cli";

/** Where a publisher and its viewers meet: a plain werift forwarder, a media server by its control port, or a site that is up, by its pages' ways. */
export type WayOptions =
  | { readonly way: "plain"; readonly port: number }
  /** `url` is the WebSocket of Kurento's protocol. */
  | { readonly way: "pocket"; readonly url: string }
  | {
      readonly way: "site";
      readonly endpoint: Endpoint;
      readonly account: { readonly username: string; readonly password: string };
      /** Whether viewers get everything by TURN over UDP. */
      readonly isRelayed: boolean;
    };
export interface LoadOptions {
  readonly ways: Readonly<Record<string, WayOptions>>;
  readonly viewers: number;
  /** How many of the viewers decrypt what comes. The others count it as it comes in, so that the load leaves the servers their processor. */
  readonly decrypting: number;
}

export interface Sending {
  readonly packetsPerSecond: number;
  readonly seconds: number;
}
/** Packets published, and packets that came back at all viewers together. */
export interface Sent {
  readonly published: number;
  readonly received: number;
}
export type LoadRequest = Sending & { readonly type: "send"; readonly to: string };
export type LoadAnswer = { readonly type: "joined" } | (Sent & { readonly type: "sent" });
