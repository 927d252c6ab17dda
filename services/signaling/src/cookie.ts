import { sessionCookie } from "./messages";

/** The session token in a `Cookie` header (RFC 6265), or `undefined`. */
export function sessionTokenOf(header: string | undefined): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const [name, ...value] = pair.trim().split("=");
    if (name === sessionCookie && value.length > 0) return decoded(value.join("="));
  }
  return undefined;
}

/** `Set-Cookie` of a session, or of none (`null`) to clear it. */
export function sessionCookieHeader(token: string | null): string {
  const value = token === null ? "" : encodeURIComponent(token);
  return `${sessionCookie}=${value}; Path=/; HttpOnly; Secure; SameSite=Strict${token === null ? "; Max-Age=0" : ""}`;
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value) || undefined;
  } catch {
    return undefined;
  }
}
