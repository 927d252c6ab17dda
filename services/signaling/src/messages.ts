import { z } from "zod";

/**
 * Every message between a client (page, app, verifier) and the signaling server, in both directions, on the WebSocket at `/ws`.
 * One JSON object a frame. A request carries an `id` of the client's choosing; its answer, or its `error`, repeats it.
 * The flow: `authenticate` first; then `publish`, `view` or `watch`; `candidate` both ways as they are found (trickle ICE, RFC 8838).
 */

const id = z.string().min(1).max(64);
/** SDP as text (RFC 8866), at most 64 KiB. */
const sdp = z.string().min(1).max(65_536);
/** The name of one WebRTC connection of this client: made by the client, unique in its WebSocket, used by `candidate`, `stop`, `ended`. */
const connectionId = id;

export const roleSchema = z.enum(["operator", "reporter", "admin"]);
/** What a signed-in person may do: a reporter publishes; an operator views, records and lists; an admin does all. */
export type Role = z.infer<typeof roleSchema>;

/** RTCIceCandidateInit; `null` says that there are no more (end-of-candidates). */
export const candidateSchema = z
  .object({
    candidate: z.string().max(1024),
    sdpMid: z.string().max(64).nullish(),
    sdpMLineIndex: z.number().int().min(0).max(63).nullish(),
    usernameFragment: z.string().max(256).nullish(),
  })
  .nullable();
export type Candidate = z.infer<typeof candidateSchema>;

/** RTCIceServer with short-lived TURN credentials (draft-uberti-behave-turn-rest). */
export const iceServerSchema = z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() });
export type IceServer = z.infer<typeof iceServerSchema>;

/** A live stream as the wall shows it. `state`: `connecting` until media flows; `down` with its `reason` for a camera that cannot be reached. */
export const streamSchema = z.object({
  id,
  title: z.string(),
  kind: z.enum(["phone", "camera"]),
  state: z.enum(["connecting", "live", "down"]),
  reason: z.string().optional(),
  isRecording: z.boolean(),
  startedAt: z.iso.datetime(),
  viewers: z.number().int().min(0),
});
export type StreamView = z.infer<typeof streamSchema>;

/** What a client may send. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  /** Who this is. Without `token` the session cookie of the upgrade request counts. Must be the first message. */
  z.object({ type: z.literal("authenticate"), id, token: z.string().min(1).max(512).optional() }),
  /** Publishes one stream: `offer` is sendonly, VP8 or H.264 and Opus. Answered by `answer`. */
  z.object({
    type: z.literal("publish"),
    id,
    connectionId,
    title: z.string().trim().min(1).max(120),
    offer: sdp,
    /** false: this stream leaves no recording; for those who may view and publish (a site's own check), refused to reporters. */
    isRecorded: z.boolean().optional(),
  }),
  /** Views a live stream: `offer` is recvonly. Answered by `answer`. */
  z.object({ type: z.literal("view"), id, connectionId, streamId: id, offer: sdp }),
  z.object({ type: z.literal("candidate"), connectionId, candidate: candidateSchema }),
  /** Ends a connection of one's own, published or viewed. Answered by `stopped`. */
  z.object({ type: z.literal("stop"), id, connectionId }),
  /** Asks for `streams` now and after every change. */
  z.object({ type: z.literal("watch"), id }),
  /** Fresh TURN credentials before the old ones expire. Answered by `iceServers`. */
  z.object({ type: z.literal("refreshIceServers"), id }),
  z.object({ type: z.literal("ping"), id }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Why something was refused, for programs; the words beside it are for people. */
export const errorCodeSchema = z.enum([
  "badMessage",
  "unauthenticated",
  "forbidden",
  "notFound",
  "conflict",
  "tooMany",
  "mediaUnavailable",
  "mediaRefused",
  "accountsUnavailable",
  "internal",
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** What the server sends. */
export const serverMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("authenticated"),
    id,
    user: z.object({ id, name: z.string(), roles: z.array(roleSchema) }),
    iceServers: z.array(iceServerSchema),
    /** Seconds for which the TURN credentials hold. */
    iceTtlSeconds: z.number().int().positive(),
  }),
  z.object({ type: z.literal("answer"), id, connectionId, streamId: id, answer: sdp }),
  z.object({ type: z.literal("candidate"), connectionId, candidate: candidateSchema }),
  z.object({ type: z.literal("stopped"), id, connectionId }),
  /** A connection ended without the client asking for it. `code` `forbidden`: the role that allowed it was taken away. */
  z.object({ type: z.literal("ended"), connectionId, reason: z.string(), code: errorCodeSchema.optional() }),
  /** All live streams; `id` is there on the answer to `watch`, absent on a push. */
  z.object({ type: z.literal("streams"), id: id.optional(), streams: z.array(streamSchema) }),
  z.object({ type: z.literal("iceServers"), id, iceServers: z.array(iceServerSchema), iceTtlSeconds: z.number().int().positive() }),
  z.object({ type: z.literal("pong"), id }),
  /**
   * A request was refused (`id`) or the connection as a whole (no `id`; the WebSocket closes). `forbidden` without
   * `id`: the role that allowed `watch` was taken away; there are no more `streams`, and the WebSocket stays. `message` is for people.
   */
  z.object({ type: z.literal("error"), id: id.optional(), code: errorCodeSchema, message: z.string() }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** WebSocket close codes of the platform's own (RFC 6455, 7.4.2), beside 1012 (restart: come back at once). */
export const closeCode = { unauthenticated: 4401, forbidden: 4403, badMessage: 4400, tooMany: 4429 } as const;

/** The session cookie: HttpOnly, Secure, SameSite=Strict, Path=/. It holds the Parse session token. */
export const sessionCookie = "barecast_session";

/**
 * HTTP beside the WebSocket, same origin, JSON bodies:
 * - `POST /session` `{username, password}` → 200 `{user}` and the cookie; 401 `{code, message}`.
 * - `GET /session` → 200 `{user}` or 401. `DELETE /session` → 204, signs out and clears the cookie.
 * - `GET /auth/operator` (Traefik's forward-auth for `/rec/`) → 204, 401 or 403.
 * - `GET /health` → 200 `{status, media, parse, redis}`, or 503 while it drains before a stop (a media server or Parse being away is told, but is no 503); `GET /metrics` (Prometheus text; not routed by the edge).
 */
export const sessionRequestSchema = z.object({ username: z.string().min(1).max(200), password: z.string().min(1).max(200) });
export type SessionRequest = z.infer<typeof sessionRequestSchema>;
/** A person, as the server tells of them: `name` for people, `id` of Parse. */
export const userSchema = z.object({ id, name: z.string(), roles: z.array(roleSchema) });
export type User = z.infer<typeof userSchema>;

/**
 * A recording: the fields of Parse's class `Recording`, read by operators at `GET /api/classes/Recording` (Parse REST, session cookie,
 * header `X-Parse-Application-Id: barecast`). Dates are Parse dates there; here they are ISO 8601 text.
 */
export const recordingSchema = z.object({
  streamId: z.string(),
  title: z.string(),
  kind: z.enum(["phone", "camera"]),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** Name below `/rec/<host>/` on the site's origin, behind forward-auth: `<streamId>.webm` or `.mkv`; of a camera `<streamId>-<start>.mkv`, one each time it was live. */
  file: z.string(),
  /** The host whose nginx serves it. */
  host: z.string(),
});
export type Recording = z.infer<typeof recordingSchema>;
