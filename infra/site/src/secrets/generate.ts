import { execFileSync } from "node:child_process";
import { randomBytes, X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { makeScratch } from "@barecast/waiting";
import type { Site, SiteSecrets } from "../site";

/** 24 bytes of randomness in URL-safe text: no quoting is needed in any configuration file. */
const newToken = () => randomBytes(24).toString("base64url");
/** For people to type: four groups of five letters and digits, 100 bits. */
const newPassword = () =>
  Array.from({ length: 4 }, () =>
    Array.from(randomBytes(5), (byte) => "abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJKMNPQRSTUVWXYZ"[byte % 54]).join(""),
  ).join("-");

function newSshKey(comment: string): { sshKey: string; sshPublicKey: string } {
  const folder = makeScratch("key");
  try {
    const file = path.join(folder, "id");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
    return { sshKey: readFileSync(file, "utf8"), sshPublicKey: readFileSync(`${file}.pub`, "utf8").trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names and addresses for which a certificate of the site stands. */
export const certificateNames = (site: Site) => ({
  edge: [site.domain, `turn.${site.domain}`],
  // The operator comes by an SSH forward, hence loopback.
  registry: [...site.hosts.filter((host) => host.roles.includes("manager")).map((host) => host.address), "127.0.0.1"],
});

/** Secrets that are randomness and nothing else, by what makes them. A later version's new secret is a row here. */
const random = {
  pulumiPassphrase: newToken,
  namingKey: newToken,
  turnSecret: newToken,
  postgresPassword: newToken,
  redisPassword: newToken,
  parseMasterKey: newToken,
  parseMaintenanceKey: newToken,
  parseReadOnlyMasterKey: newToken,
  operatorPassword: newPassword,
  adminPassword: newPassword,
  reporterPassword: newPassword,
  verifierPassword: newToken,
} satisfies Partial<Record<keyof SiteSecrets, () => string>>;

/** Secrets as an earlier version may have stored them: without what came later. */
export type StoredSecrets = Omit<SiteSecrets, keyof typeof random> & Partial<SiteSecrets>;

/** Adds the random secrets that are not there: all to a new site's, those of a later version to an older file's. What is there stays. */
export function withMissing(found: StoredSecrets): SiteSecrets {
  const missing = Object.entries(random).filter(([key]) => found[key as keyof typeof random] === undefined);
  return { ...found, ...Object.fromEntries(missing.map(([key, make]) => [key, make()])) } as SiteSecrets;
}

const dayMs = 86_400_000;

/** What makes certificates: loaded for that alone. Each opening of the secrets looks whether they stand. */
const certificates = () => import("./certificates.js");

/** Whether a certificate has all of the names, and lasts another 30 days. */
function stands(cert: string, names: readonly string[], now: Date): boolean {
  const found = new X509Certificate(cert);
  const has = (name: string) => (isIP(name) ? found.checkIP(name) : found.checkHost(name, { subject: "never" })) !== undefined;
  return names.every(has) && found.validToDate.getTime() - now.getTime() > 30 * dayMs;
}

/**
 * Makes the server certificates again, with the same authority, that lack a name which the site has by now or that end within 30 days.
 * Those that stand stay; so does the key of the authority, which browsers and hosts trust.
 */
export async function withCertificates(site: Site, found: StoredSecrets, now = new Date()): Promise<StoredSecrets> {
  const names = certificateNames(site);
  const authority = { cert: found.caCert, key: found.caKey };
  const isGood = (cert: string, wanted: readonly string[]) => cert !== "" && stands(cert, wanted, now);
  const renew = async (cert: string, wanted: readonly string[]) =>
    isGood(cert, wanted) ? undefined : (await certificates()).newServerCertificate(authority, wanted);
  const [edge, registry] = [await renew(found.edgeCert, names.edge), await renew(found.registryCert, names.registry)];
  return {
    ...found,
    ...(edge && { edgeCert: edge.cert, edgeKey: edge.key }),
    ...(registry && { registryCert: registry.cert, registryKey: registry.key }),
  };
}

/** Makes every secret of a new site. Called once in a site's life. */
export async function generateSecrets(site: Site): Promise<SiteSecrets> {
  const authority = await (await certificates()).newAuthority(site.name);
  const none = { edgeCert: "", edgeKey: "", registryCert: "", registryKey: "" };
  const first = { caCert: authority.cert, caKey: authority.key, ...none, ...newSshKey(`barecast-${site.name}`), own: {} };
  return withMissing(await withCertificates(site, first));
}
