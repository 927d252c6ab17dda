/**
 * Kurento's error codes (`KurentoException.hpp`), as far as this server can meet them. The name goes into `data.type`.
 */
export const ERROR_CODES = {
  MARSHALL_ERROR: 40001,
  UNEXPECTED_ERROR: 40003,
  CONNECT_ERROR: 40004,
  NOT_IMPLEMENTED: 40006,
  INVALID_SESSION: 40007,
  NOT_ENOUGH_RESOURCES: 40009,
  MEDIA_OBJECT_TYPE_NOT_FOUND: 40100,
  MEDIA_OBJECT_NOT_FOUND: 40101,
  MEDIA_OBJECT_METHOD_NOT_FOUND: 40105,
  MEDIA_OBJECT_EVENT_NOT_SUPPORTED: 40106,
  MEDIA_OBJECT_ILLEGAL_PARAM_ERROR: 40107,
  MEDIA_OBJECT_TAG_KEY_NOT_FOUND: 40110,
  SDP_PARSE_ERROR: 40201,
  SDP_END_POINT_NO_LOCAL_SDP_ERROR: 40202,
  SDP_END_POINT_NO_REMOTE_SDP_ERROR: 40203,
  SDP_END_POINT_PROCESS_OFFER_ERROR: 40205,
  SDP_END_POINT_PROCESS_ANSWER_ERROR: 40206,
  SDP_END_POINT_ALREADY_NEGOTIATED: 40208,
  SDP_END_POINT_NOT_OFFER_GENERATED: 40209,
} as const;

export type ErrorType = keyof typeof ERROR_CODES;

/** An error that goes to the client as a JSON-RPC error with Kurento's code; anything else is a bug and is answered as UNEXPECTED_ERROR. */
export class KurentoError extends Error {
  readonly code: number;
  constructor(
    readonly type: ErrorType,
    message: string,
  ) {
    super(message);
    this.name = "KurentoError";
    this.code = ERROR_CODES[type];
  }
}
