import { KurentoError } from "../errors";

export interface TurnServer {
  /** As werift wants it behind `turn:`. */
  url: string;
  username: string;
  credential: string;
}

/**
 * Kurento's `user:password@address:port(?transport=[udp|tcp|tls])`.
 * @throws {@link KurentoError} for anything else; the text is not repeated, it may hold a password.
 */
export function parseTurn(text: string): TurnServer | undefined {
  if (text === "") return undefined;
  const match = /^([^:@]+):([^@]+)@([^@:?]+):(\d+)(\?transport=(?:udp|tcp|tls))?$/.exec(text);
  if (!match) {
    throw new KurentoError("MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", "'turnUrl' should be user:password@address:port(?transport=[udp|tcp|tls])");
  }
  const [, username = "", credential = "", host = "", port = "", transport = ""] = match;
  return { url: `${host}:${port}${transport}`, username, credential };
}
