import { createHash, createHmac } from "node:crypto";
import type { FileSpec } from "./stack";

/** A Swarm config: its name carries a hash of its content, so that new content is a new object beside the old one. */
export const configOf = (site: string, key: string, content: string): FileSpec => ({
  key,
  name: `${site}-${key}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}`,
  content,
});

/** A Swarm secret: the hash is an HMAC with the site's key, so that the name tells nothing of the content. */
export const secretOf = (site: string, namingKey: string, key: string, content: string): FileSpec => ({
  key,
  name: `${site}-${key}-${createHmac("sha256", namingKey).update(content).digest("hex").slice(0, 10)}`,
  content,
});
