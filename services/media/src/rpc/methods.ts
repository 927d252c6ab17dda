import { randomUUID } from "node:crypto";
import { KurentoError } from "../errors";
import { createObject, description, invoke } from "../objects/factory";
import { type Context, type MediaObject, stringParam } from "../objects/mediaObject";
import { SERVER_MANAGER_ID } from "../objects/serverManager";
import type { Method, Params } from "../protocol";
import type { Request, RpcError } from "./json";
import { METHOD_NOT_FOUND } from "./json";
import type { Sessions } from "./sessions";

export interface Caller {
  context: Context;
  sessions: Sessions;
  sessionId: string;
}
type Handler = (params: Params, caller: Caller) => Promise<Params> | Params;
export type Answer = { result: Params } | { error: RpcError };

const serverId = randomUUID();
/** Calls on one object run one after the other, as they came: the last one of each that has some. */
const queues = new WeakMap<object, Promise<unknown>>();

function inOrder<T>(object: MediaObject, { context }: Caller, run: () => Promise<T>): Promise<T> {
  if (object.id === SERVER_MANAGER_ID) return run();
  // It may be released while the call waits: nobody would end what the call begins.
  const later = async () => {
    context.registry.get(object.id);
    return run();
  };
  const result = queues.get(object)?.then(later, later) ?? run();
  const leave = () => void (queues.get(object) === result && queues.delete(object));
  queues.set(object, result);
  result.then(leave, leave);
  return result;
}

const objectParam = (params: Params, { context }: Caller) => context.registry.get(stringParam(params, "object"));
const objectOf = (value: unknown): Params =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Params) : {};

const METHOD_TABLE: Record<Method, Handler> = {
  ping: () => ({ value: "pong" }),
  connect: () => ({ serverId }),
  closeSession: (_params, { sessions, sessionId }) => {
    sessions.end(sessionId);
    return {};
  },
  describe: (params, caller) => {
    const object = objectParam(params, caller);
    if (object.id !== SERVER_MANAGER_ID) caller.context.registry.use(object, caller.sessionId);
    return description(object);
  },
  create: (params, { context, sessionId }) => {
    const object = createObject(context, stringParam(params, "type"), objectOf(params["constructorParams"]));
    context.registry.use(object, sessionId);
    return { value: object.id };
  },
  invoke: async (params, caller) => {
    const object = objectParam(params, caller);
    const operation = stringParam(params, "operation");
    return { value: await inOrder(object, caller, () => invoke(object, operation, objectOf(params["operationParams"]))) };
  },
  subscribe: (params, caller) => {
    const { sessions, sessionId } = caller;
    const send = (value: unknown) => sessions.send(sessionId, { jsonrpc: "2.0", method: "onEvent", params: { value } });
    return { value: objectParam(params, caller).subscribe(stringParam(params, "type"), send) };
  },
  unsubscribe: (params, { context }) => {
    // The object may be released already: a real server answers just the same.
    const object = context.registry.find(stringParam(params, "object"));
    object?.unsubscribe(stringParam(params, "subscription"));
    return {};
  },
  release: async (params, { context }) => {
    const id = stringParam(params, "object");
    // It is everybody's: without it no client can connect any more.
    if (id === SERVER_MANAGER_ID) throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", `Object '${id}' can't be released`);
    await context.registry.find(id)?.release();
    return {};
  },
  transaction: async (params, caller) => ({ value: await runTransaction(params, caller) }),
};

/** Replaces `newref:<n>` by the id that operation n of the transaction made. */
function resolveReferences(value: unknown, results: Answer[]): unknown {
  if (typeof value === "string" && value.startsWith("newref:")) {
    const made = results[Number(value.slice("newref:".length))];
    return (made && "result" in made && made.result["value"]) ?? value;
  }
  if (Array.isArray(value)) return value.map((entry) => resolveReferences(entry, results));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveReferences(entry, results)]));
}

/** Ends at the first error, as a real server does; what was made before stays. */
async function runTransaction(params: Params, caller: Caller): Promise<unknown[]> {
  const operations = params["operations"];
  if (!Array.isArray(operations)) throw new KurentoError("MARSHALL_ERROR", "'operations' parameter should be an array");
  const results: Answer[] = [];
  const answers: unknown[] = [];
  for (const operation of operations.map(objectOf)) {
    const request = { id: null, method: String(operation["method"]), params: objectOf(resolveReferences(operation["params"], results)) };
    const answer = await answerTo(request, caller);
    results.push(answer);
    answers.push({ id: operation["id"] ?? null, jsonrpc: "2.0", ...answer });
    if ("error" in answer) break;
  }
  return answers;
}

/** Runs one request. Never rejects: what goes wrong is in the answer. */
export async function answerTo({ method, params }: Request, caller: Caller): Promise<Answer> {
  if (!Object.hasOwn(METHOD_TABLE, method)) return { error: METHOD_NOT_FOUND };
  try {
    const result = await METHOD_TABLE[method as Method](params, caller);
    return { result: method === "ping" ? result : { ...result, sessionId: caller.sessionId } };
  } catch (error) {
    if (error instanceof KurentoError) return { error: { code: error.code, data: { type: error.type }, message: error.message } };
    caller.context.log.error("bug", { method, operation: params["operation"], error });
    const { message } = error as Error;
    return { error: { code: 40003, data: { type: "UNEXPECTED_ERROR" }, message: `Unexpected error: ${message}` } };
  }
}
