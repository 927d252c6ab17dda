import type { SiteSecrets } from "@barecast/site";
import { imagesFor } from "./images";
import type { StackInput } from "./index";

/** Secrets and digests that are nobody's: what tests and the generated picture of the replica's Stack are made with. */
export const exampleSecrets: SiteSecrets = {
  ...(Object.fromEntries(
    [
      ...[
        "caCert",
        "caKey",
        "edgeCert",
        "edgeKey",
        "registryCert",
        "registryKey",
        "sshKey",
        "sshPublicKey",
        "pulumiPassphrase",
        "namingKey",
      ],
      ...["turnSecret", "postgresPassword", "redisPassword", "parseMasterKey", "parseMaintenanceKey", "parseReadOnlyMasterKey"],
      ...["operatorPassword", "adminPassword", "reporterPassword", "verifierPassword"],
    ].map((key) => [key, `<${key}>`]),
  ) as unknown as SiteSecrets),
  own: { gate: "<gate>" },
};

export const exampleDigests = Object.fromEntries(
  imagesFor("site").map((name, index) => [name, `sha256:${String(index).padStart(64, "0")}`]),
) as StackInput["digests"];
