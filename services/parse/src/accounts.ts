import { roles, type ParseConfig, type ParseSecrets, type Role } from "./config";
import type { ParseSdk } from "./cloud/main";

const master = { useMasterKey: true };
type ParseRole = InstanceType<ParseSdk["Role"]>;

/**
 * Makes the roles and the initial accounts that are missing. An account that exists keeps its password and its roles: a person may have
 * changed the one, an administrator the other. Two servers that start at once make each thing once: the loser of the race finds it made.
 * @returns names of what was made
 */
export async function ensureAccounts(Parse: ParseSdk, config: ParseConfig, secrets: ParseSecrets): Promise<string[]> {
  const made: string[] = [];
  const byName = new Map<Role, ParseRole>();
  for (const name of roles) {
    const { role, isNew } = await ensureRole(Parse, name);
    byName.set(name, role);
    if (isNew) made.push(`role ${name}`);
  }
  for (const account of config.accounts) {
    if (await exists(Parse, account.username)) continue;
    const user = await createUser(Parse, account.username, secrets.accounts[account.username] as string);
    if (!user) continue;
    for (const name of account.roles) {
      const role = byName.get(name) as ParseRole;
      role.getUsers().add(user);
      await role.save(null, master);
    }
    made.push(`account ${account.username} (${account.roles.join(", ")})`);
  }
  return made;
}

/** Roles are read by their members through the session; only the master key writes them. */
async function ensureRole(Parse: ParseSdk, name: Role): Promise<{ role: ParseRole; isNew: boolean }> {
  const find = () => new Parse.Query(Parse.Role).equalTo("name", name).first(master);
  const found = await find();
  if (found) return { role: found, isNew: false };
  const acl = new Parse.ACL();
  acl.setRoleReadAccess("admin", true);
  try {
    return { role: await new Parse.Role(name, acl).save(null, master), isNew: true };
  } catch (error) {
    const other = await find();
    if (!other) throw error;
    return { role: other, isNew: false };
  }
}

async function exists(Parse: ParseSdk, username: string): Promise<boolean> {
  return (await new Parse.Query(Parse.User).equalTo("username", username).count(master)) > 0;
}

async function createUser(Parse: ParseSdk, username: string, password: string) {
  try {
    return await new Parse.User({ username, password } as never).save(null, master);
  } catch (error) {
    if ((error as { code?: number }).code === Parse.Error.USERNAME_TAKEN) return undefined;
    throw new Error(`accounts.${username}: Cannot be made: ${(error as Error).message}`, { cause: error });
  }
}
