import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { RunnerError } from "../api";

const ROUNDS = 1_000_000;
const PROOF = "pulumi";
const pbkdf2Async = promisify(pbkdf2);
// A preview and the up behind it open the same state: deriving its key costs a third of a second of one core.
const derived = new Map<string, Promise<Buffer>>();

function derive(salt: Buffer, passphrase: string): Promise<Buffer> {
  const name = `${salt.toString("base64")}:${passphrase}`;
  const key = derived.get(name) ?? pbkdf2Async(passphrase, salt, ROUNDS, 32, "sha256");
  derived.set(name, key);
  return key;
}

/**
 * Pulumi's passphrase secrets provider: PBKDF2-SHA256 over the stack's salt, AES-256-GCM, texts `v1:nonce:ciphertext+tag`.
 * The salt is kept as `v1:salt:` and a text that proves the passphrase.
 */
export class Crypter {
  private constructor(
    readonly salt: string,
    private readonly key: Buffer,
  ) {}

  /** @throws RunnerError `wrong-passphrase`, `bad-state` */
  static async open(salt: string, passphrase: string, where: string): Promise<Crypter> {
    const [version, bytes, ...proof] = salt.split(":");
    if (version !== "v1" || !bytes || proof.length === 0)
      throw new RunnerError("bad-state", `${where}: Expected a salt of the form v1:<salt>:<proof>, found "${salt}"`);
    const crypter = new Crypter(salt, await derive(Buffer.from(bytes, "base64"), passphrase));
    try {
      if (crypter.decrypt(proof.join(":")) === PROOF) return crypter;
    } catch {
      // A wrong key shows as a failed authentication of the proof: told below.
    }
    throw new RunnerError("wrong-passphrase", `${where}: The passphrase doesn't open this state. Use the one it was made with`);
  }

  static async create(passphrase: string): Promise<Crypter> {
    const salt = randomBytes(8);
    const key = await derive(salt, passphrase);
    const proof = new Crypter("", key).encrypt(PROOF);
    return new Crypter(`v1:${salt.toString("base64")}:${proof}`, key);
  }

  encrypt(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
  }

  decrypt(text: string): string {
    const [version, nonce = "", sealed = ""] = text.split(":");
    if (version !== "v1") throw new Error(`Expected a ciphertext of version v1, found "${version}"`);
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(-16));
    return decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
  }
}
