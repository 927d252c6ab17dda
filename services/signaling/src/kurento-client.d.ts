/** kurento-client 7.3 ships no types; media/kurento.ts is the only file that imports it, and it names what is used of it. */
declare module "kurento-client" {
  import type { EventEmitter } from "node:events";

  type Callback = (error: Error | null, result?: unknown) => void;

  export interface RawObject extends EventEmitter {
    readonly id: string;
  }
  export interface RawClient extends EventEmitter {
    create(type: string, parameters: Record<string, unknown>, callback: (error: Error | null, object: RawObject) => void): void;
    getMediaobjectById(id: string | readonly string[], callback: Callback): void;
    close(): void;
    /** Called for each request, when there is a connection or none to be had. */
    then(onConnected: () => unknown, onFailed?: (error: Error) => unknown): unknown;
    /** reconnect-core's emitter: `error`, `disconnect`, `connection`; `disconnect()` ends the socket for good. */
    readonly _re: EventEmitter & { reconnect: boolean; connected: boolean; disconnect(): void };
  }
  const KurentoClient: {
    (url: string, options: Record<string, unknown>, callback: Callback): RawClient;
    getComplexType(name: string): (value: unknown) => unknown;
    readonly register: { readonly classes: Readonly<Record<string, { readonly prototype: object }>> };
  };
  export default KurentoClient;
}
