import { changeSecrets, openSecrets, UserError } from "@barecast/site";
import type { Context, Told } from "../context";

/** What `secrets` does and tells. @throws UserError `secrets.action` for another than list, show and set, and those of what is done */
export async function secrets(context: Context, action: string, name?: string): Promise<Told> {
  if (action === "list") {
    const names = await listSecrets(context);
    return { json: names, text: names.join("\n") };
  }
  if (action === "show") {
    const password = await passwordOf(context, name);
    return { json: { name, password }, text: password };
  }
  if (action !== "set" || name === undefined) {
    const found = [action, name].filter(Boolean).join(" ");
    throw new UserError(
      "secrets.action",
      `secrets: Expected list, set NAME or show ACCOUNT, found "${found}". Type: ./barecast help secrets`,
    );
  }
  await setSecret(context, name, await readInput());
  return { json: { ok: true }, text: `${name}: Set. It takes effect with the next: ./barecast up` };
}

/** Names of the secrets that the operator set; their values are never told. */
async function listSecrets({ site, place }: Context): Promise<string[]> {
  return Object.keys((await openSecrets(site, place)).own).sort();
}

/**
 * The password of an account that the site began with, for the operator's own eyes.
 * @throws UserError `secrets.account` when the site has no such account
 */
async function passwordOf({ site, place }: Context, account?: string): Promise<string> {
  const secrets = await openSecrets(site, place);
  const passwords: Readonly<Record<string, string>> = {
    [site.accounts.operator]: secrets.operatorPassword,
    [site.accounts.admin]: secrets.adminPassword,
    reporter: secrets.reporterPassword,
  };
  const password = passwords[account ?? ""];
  if (password !== undefined) return password;
  throw new UserError("secrets.account", `secrets show: Expected one of ${Object.keys(passwords).join(", ")}, found "${account ?? ""}"`);
}

/** Sets a secret of the operator's own (a camera's password) in the site's encrypted file. Takes effect with the next `up`. */
async function setSecret({ site, place }: Context, name: string, value: string): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw new UserError("secrets.name", `${name}: Expected a name of lower-case letters, digits and dashes that starts with a letter`);
  if (value === "")
    throw new UserError(
      "secrets.value",
      `${name}: Expected the secret on standard input, found nothing. Type: ./barecast secrets set ${name} < file`,
    );
  await changeSecrets(site, place, (secrets) => ({ ...secrets, own: { ...secrets.own, [name]: value } }));
}

/** Standard input to its end, without the line break at the end. */
async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, "");
}
