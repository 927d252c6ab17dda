/**
 * Whether a request may come from this page (RFC 6454). No `Origin` at all is a client that is no browser (verifier, native app):
 * nobody else's page can have made it, so it passes.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes(origin);
}

/** What the refused person reads. */
export function originRefusal(origin: string | undefined, allowed: readonly string[]): string {
  return `Pages of ${JSON.stringify(origin ?? "")} may not use this server. Open ${allowed[0] ?? "the site's own address"} instead`;
}
