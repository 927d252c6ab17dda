import type { SiteSecrets } from "@barecast/site";

/** What clients and hosts are given anyway. */
const publicFields: readonly (keyof SiteSecrets)[] = ["caCert", "edgeCert", "registryCert", "sshPublicKey"];

/**
 * Names of the secrets of which a text holds a trace: as they are, in base64, in hexadecimal. A key file's lines count each by itself; an OpenSSH
 * key's first one is the same in all of them.
 */
export function tracesOf({ own, ...secrets }: SiteSecrets, text: Buffer): string[] {
  const all = { ...secrets, ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`own.${name}`, value])) };
  return Object.entries(all)
    .filter(([name]) => !publicFields.includes(name as keyof SiteSecrets))
    .filter(([, value]) => needlesOf(value).some((needle) => text.includes(needle)))
    .map(([name]) => name);
}

function needlesOf(value: string): string[] {
  const lines = value.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  const parts = value.includes("BEGIN OPENSSH") ? lines.slice(1) : lines;
  // Base64 of a longer text that begins with it goes on differently in its last character.
  const base64 = (part: string) => Buffer.from(part).toString("base64").replace(/.=*$/, "");
  return parts.flatMap((part) => [part, base64(part), Buffer.from(part).toString("hex")]);
}
