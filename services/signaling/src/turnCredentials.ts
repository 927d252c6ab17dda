import { createHmac } from "node:crypto";
import type { IceServer } from "./messages";

/** The TURN server's addresses (RFC 7065) and how long credentials for it hold. */
export interface TurnSettings {
  readonly urls: readonly string[];
  readonly ttlSeconds: number;
}

/**
 * Short-lived credentials for coturn's `use-auth-secret` (draft-uberti-behave-turn-rest): the user name is `<expiry>:<userId>`, the
 * password its HMAC-SHA1 under the shared secret, base64.
 */
export function turnCredentials(turn: TurnSettings, secret: string, userId: string, nowMs: number): IceServer[] {
  if (turn.urls.length === 0) return [];
  const username = `${Math.floor(nowMs / 1000) + turn.ttlSeconds}:${userId}`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  return [{ urls: [...turn.urls], username, credential }];
}
