/** JSON with sorted keys, as Kurento's own writer makes it. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
    return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export type RequestId = number | string | null;
export interface Request {
  id: RequestId;
  method: string;
  params: Record<string, unknown>;
}
export interface RpcError {
  code: number;
  message: string;
  data?: { type: string };
}

/** JSON-RPC 2.0, 5.1, in Kurento's words. */
export const PARSE_ERROR: RpcError = { code: -32700, message: "Parse error." };
export const INVALID_REQUEST: RpcError = { code: -32600, message: "Invalid JSON-RPC request." };
export const METHOD_NOT_FOUND: RpcError = { code: -32601, message: "Method not found." };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The request in a text frame, or the error to answer with. */
export function parseRequest(text: string): { request: Request } | { error: RpcError; id: RequestId } {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { error: PARSE_ERROR, id: null };
  }
  if (!isObject(message)) return { error: INVALID_REQUEST, id: null };
  const { jsonrpc, method, params = {}, id = null } = message;
  const isId = id === null || typeof id === "number" || typeof id === "string";
  // kurento-client sends `params: null` with its later pings.
  if (jsonrpc !== "2.0" || typeof method !== "string" || !isId || (params !== null && !isObject(params))) {
    return { error: INVALID_REQUEST, id: isId ? id : null };
  }
  return { request: { id, method, params: params ?? {} } };
}
