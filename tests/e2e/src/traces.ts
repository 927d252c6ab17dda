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
  return parts.flatMap((part) => [part, ...base64sOf(part), Buffer.from(part).toString("hex")]);
}

/**
 * What base64 makes of a text within a longer one: a character holds six bits, so it depends on where the text begins in a group of three bytes,
 * and characters that hold bits of its neighbours are left out.
 */
export function base64sOf(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const whole = Math.floor((bytes.length * 8) / 6);
    return bytes.toString("base64").slice(Math.ceil((before * 8) / 6), whole);
  });
}
