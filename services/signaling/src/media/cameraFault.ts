import { withoutCredentials } from "../log";
import type { RtspAnswer } from "./rtspProbe";

/** What a person reads when a camera does not play, from what the camera itself answers. */
export function cameraFault(url: string, answer: RtspAnswer): string {
  const address = withoutCredentials(url);
  switch (answer) {
    case "unauthorized":
      return `Wrong username or password for ${address}`;
    case "notFound":
      return `The camera answers, but has no stream at ${address}`;
    case "refuses":
      return `The camera answers, but refuses ${address}`;
    case "describes":
      return `The camera answers, but no picture comes from ${address}`;
    case "basicOnly":
      return `The camera asks for its password readable (Basic), and nobody vouches for its certificate: ${address}. Let it ask for Digest`;
    case "silent":
      return `No answer from ${address}`;
  }
}

/** The address as the media server gets it, with user and password in it (RFC 3986, percent-encoded). */
export function addressWithCredentials(url: string, username: string | undefined, password: string | undefined): string {
  if (username === undefined) return url;
  const address = url.replace(/^(rtsps?:\/\/)(?:[^/@]*@)?/, "");
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `${/^rtsps?:\/\//.exec(url)![0]}${encodeURIComponent(username)}${secret}@${address}`;
}
