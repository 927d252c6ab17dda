import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fileLock, withLock } from "@barecast/waiting";
import type { Place } from "../place";
import { UserError } from "../problems";
import type { Site, SiteSecrets } from "../site";
import { generateSecrets, withCertificates, withMissing, type StoredSecrets } from "./generate";

/**
 * Opens the site's secrets; makes them, and the private key that opens them, when the site is new. A secret that a later version needs is
 * added to the file that is there, and server certificates that end or lack a name are made again.
 * @throws UserError when the file is there and its key is not, or does not open it: nothing is ever made a second time.
 */
export async function openSecrets(site: Site, place: Place): Promise<SiteSecrets> {
  const found = await read(place);
  const secrets = found && (await completed(site, found));
  if (secrets && isDeepStrictEqual(secrets, found)) return secrets;
  return changeSecrets(site, place, (complete) => complete);
}

/**
 * Opens the secrets, changes them and writes them, while no other process on this computer does so.
 * @throws UserError as {@link openSecrets}
 */
export function changeSecrets(site: Site, place: Place, change: (secrets: SiteSecrets) => SiteSecrets): Promise<SiteSecrets> {
  return withLock(fileLock(place.secrets), { purpose: `a change of ${place.secrets}` }, async () => {
    const found = await read(place);
    const secrets = change(found ? await completed(site, found) : await generateSecrets(site));
    if (!isDeepStrictEqual(secrets, found)) await writeSecrets(place, secrets);
    return secrets;
  });
}

/** Loaded by those that open the secrets: others answer sooner without it. */
const age = () => import("age-encryption");

const completed = async (site: Site, found: StoredSecrets) => withMissing(await withCertificates(site, found));
const read = async (place: Place) => (existsSync(place.secrets) ? decrypt(place) : undefined);

async function decrypt(place: Place): Promise<StoredSecrets> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  decrypter.addIdentity(readKey(place));
  try {
    return JSON.parse(await decrypter.decrypt(readFileSync(place.secrets), "text")) as StoredSecrets;
  } catch (error) {
    throw new UserError(
      "secrets.locked",
      `${place.secrets}: Cannot be opened with ${place.ageKey} (${(error as Error).message}). Bring the key that belongs to it`,
    );
  }
}

/** @internal For tests: encrypts and replaces the secrets file; the first call makes the private key. */
export async function writeSecrets(place: Place, secrets: StoredSecrets): Promise<void> {
  const { Encrypter, generateIdentity, identityToRecipient } = await age();
  if (!existsSync(place.ageKey)) {
    mkdirSync(path.dirname(place.ageKey), { recursive: true, mode: 0o700 });
    writeFileSync(place.ageKey, `${await generateIdentity()}\n`, { mode: 0o600, flag: "wx" });
  }
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(readKey(place)));
  const sealed = await encrypter.encrypt(JSON.stringify(secrets));
  mkdirSync(path.dirname(place.secrets), { recursive: true, mode: 0o700 });
  writeFileSync(`${place.secrets}.new`, sealed, { mode: 0o600 });
  renameSync(`${place.secrets}.new`, place.secrets);
}

function readKey(place: Place): string {
  try {
    return readFileSync(place.ageKey, "utf8")
      .split("\n")
      .find((line) => line.startsWith("AGE-SECRET-KEY-"))!
      .trim();
  } catch {
    throw new UserError(
      "secrets.key",
      `${place.ageKey}: The key that opens ${place.secrets} is missing. Bring it back, or name it in BARECAST_AGE_KEY_FILE`,
    );
  }
}
