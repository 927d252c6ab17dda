import { hash } from "bcryptjs";
import { applicationId, type ParseConfig, type ParseSecrets } from "./config";

/** The dashboard listens on the container's loopback only, port 4040: see README.md for the way there. */
export const dashboardPort = 4040;

/**
 * Configuration of parse-dashboard, or undefined when it is off or nobody may use it: it is for accounts with the role admin, who sign in with
 * the password of the site's secrets file. It hands the master key to the browser, hence never a public route.
 */
export async function dashboardConfig(config: ParseConfig, secrets: ParseSecrets) {
  const admins = config.accounts.filter((account) => account.roles.includes("admin"));
  if (!config.dashboard || admins.length === 0) return undefined;
  const users = await Promise.all(
    admins.map(async ({ username }) => ({ user: username, pass: await hash(secrets.accounts[username] as string, 10) })),
  );
  return {
    apps: [
      {
        appId: applicationId,
        appName: "barecast",
        serverURL: `http://localhost:${dashboardPort}${config.mountPath}`,
        masterKey: secrets.masterKey,
        readOnlyMasterKey: secrets.readOnlyMasterKey,
      },
    ],
    users,
    useEncryptedPasswords: true,
  };
}
