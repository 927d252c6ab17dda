import { EventEmitter } from "node:events";
import type { RawClient, RawObject } from "kurento-client";
import { KurentoSession } from "../media/kurento";
import { WireObjects } from "./wireObjects";

type Answer = (error: Error | null, result?: unknown) => void;
/** A method's name, or what becomes it when it is sent, as a release does. */
type MethodName = string | { toJSON(): string };

class StandInObject extends EventEmitter {
  constructor(readonly id: string) {
    super();
  }
}

/**
 * A stand-in for `connectKurento`, for benches of signaling alone: each request is answered at once in this process, as the wire double would
 * answer it, with neither kurento-client nor a WebSocket between.
 */
export async function connectInProcess(): Promise<KurentoSession> {
  const raws = new Map<string, RawObject>();
  const objects = new WireObjects((id, event, data) => raws.get(id)?.emit(event, data));
  const answer = (method: string, params: Record<string, unknown>, done: Answer) => {
    const value = objects.answer({ id: 0, method, params });
    if (value instanceof Error) done(value);
    else done(null, method === "create" ? rawOf(String(value)) : { value });
  };
  const rawOf = (id: string): RawObject => {
    const raw = new StandInObject(id);
    raw.on("_rpc", answerRpc);
    raw.on("release", forget);
    raws.set(id, raw);
    return raw;
  };
  const answerRpc = (_transaction: unknown, method: MethodName, params: Record<string, unknown>, done: Answer) =>
    answer(typeof method === "string" ? method : method.toJSON(), params, done);
  function forget(this: RawObject): void {
    raws.delete(this.id);
  }
  const client: Pick<RawClient, "create" | "close"> & { _re: object } = {
    create(type, { mediaPipeline }, done) {
      const inPipeline = mediaPipeline ? { mediaPipeline: (mediaPipeline as RawObject).id } : {};
      answer("create", { type, constructorParams: inPipeline }, done as Answer);
    },
    close: () => undefined,
    _re: { disconnect: () => undefined },
  };
  return new KurentoSession(client as RawClient, rawOf("manager_ServerManager"));
}
