import { createHash, createHmac } from "node:crypto";
import type { FileSpec } from "./stack";

/** Most characters of a Swarm secret's or config's name. */
const mostCharacters = 64;
const hashCharacters = 10;

/** A Swarm config: its name carries a hash of its content, so that new content is a new object beside the old one. */
export const configOf = (site: string, key: string, content: string): FileSpec => ({
  key,
  name: hashedName(site, key, content, (text) => createHash("sha256").update(text).digest("hex")),
  content,
});

/** A Swarm secret: the hash is an HMAC with the site's key, so that the name tells nothing of the content. */
export const secretOf = (site: string, namingKey: string, key: string, content: string): FileSpec => ({
  key,
  name: hashedName(site, key, content, (text) => createHmac("sha256", namingKey).update(text).digest("hex")),
  content,
});

/** A name that would be too long is cut; its hash is of the key, too, by which names that begin alike differ. */
function hashedName(site: string, key: string, content: string, hash: (text: string) => string): string {
  const name = `${site}-${key}`;
  const room = mostCharacters - hashCharacters - 1;
  const hashed = hash(name.length <= room ? content : `${key}\n${content}`);
  return `${name.slice(0, room)}-${hashed.slice(0, hashCharacters)}`;
}
