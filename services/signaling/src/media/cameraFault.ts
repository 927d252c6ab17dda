import { withoutCredentials } from "../log";

/** What a person reads when a camera does not play, from what the media server said of it (`null`: nothing within the time). */
export function cameraFault(url: string, said: string | null): string {
  const address = withoutCredentials(url);
  if (said !== null && /\b40[13]\b|unauthori[sz]ed|not authori[sz]ed|authentication|password|credential/i.test(said)) {
    return `Wrong user or password for ${address}`;
  }
  if (said !== null && /\b404\b|not found/i.test(said)) return `${address} is not there: the camera answers, but has no such stream`;
  return `No answer from ${address}`;
}

/** The address as the media server gets it, with user and password in it (RFC 3986, percent-encoded). */
export function addressWithCredentials(url: string, username: string | undefined, password: string | undefined): string {
  if (username === undefined) return url;
  const address = url.replace(/^(rtsps?:\/\/)(?:[^/@]*@)?/, "");
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `${/^rtsps?:\/\//.exec(url)![0]}${encodeURIComponent(username)}${secret}@${address}`;
}
