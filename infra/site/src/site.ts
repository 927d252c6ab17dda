import type { HostRole, SiteFile } from "./schema";

/** A host of a checked site: its address is known. `machine` is there for hosts that are containers on this computer. */
export interface Host {
  readonly name: string;
  readonly address: string;
  readonly ssh: { readonly user: string; readonly port: number; readonly hostKey?: string };
  readonly machine?: { readonly baked: boolean; readonly memoryBytes?: number };
  readonly roles: readonly HostRole[];
}

export interface Camera {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly username?: string;
  readonly passwordSecret?: string;
  readonly record: boolean;
}

/** A site: validated and frozen. What follows takes this and never checks again. */
export interface Site extends Readonly<
  Pick<SiteFile, "domain" | "images" | "network" | "ports" | "accounts" | "media" | "recordings" | "console" | "logLevel">
> {
  readonly name: string;
  /** The file it was read from. */
  readonly file: string;
  readonly hosts: readonly Host[];
  readonly cameras: readonly Camera[];
}

/** Every generated secret of a site. Text; made once, kept in the site's encrypted file, never regenerated. */
export interface SiteSecrets {
  /** PEM: the site CA's certificate (also written clear beside the state for clients) and its private key. */
  readonly caCert: string;
  readonly caKey: string;
  /** PEM: certificate chain and key of the edge (domain and turn.domain), signed by the site CA. */
  readonly edgeCert: string;
  readonly edgeKey: string;
  /** PEM: certificate and key of the site's registry (IP SAN of its host). */
  readonly registryCert: string;
  readonly registryKey: string;
  /** OpenSSH private key with which the operator reaches machines, and its public half. */
  readonly sshKey: string;
  readonly sshPublicKey: string;
  readonly pulumiPassphrase: string;
  /** Key of the HMAC in Swarm secrets' names. */
  readonly namingKey: string;
  readonly turnSecret: string;
  readonly postgresPassword: string;
  readonly redisPassword: string;
  readonly parseMasterKey: string;
  readonly parseMaintenanceKey: string;
  readonly parseReadOnlyMasterKey: string;
  readonly operatorPassword: string;
  readonly adminPassword: string;
  readonly reporterPassword: string;
  /** Session of nobody but `barecast verify`: an account with the roles operator and reporter. */
  readonly verifierPassword: string;
  /** Secrets that the operator set: cameras' passwords, by name. */
  readonly own: Readonly<Record<string, string>>;
}
